// Package facts contains the facts that Sentra ships with - regions, their codes and
// names, designations, the Kemenperin-JICA programme, the country's clusters, their
// funds and facilitators - and loads them. Each fact keeps the source in its data
// file.
package facts

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

//go:embed data/*.csv data/programme.json
var files embed.FS

// BoundarySource is the source of the regions' codes, names and boundaries.
const BoundarySource sentra.SourceID = "wilayah-boundaries"

// Number is the number of the facts. It is incremented with every change of them, in
// the data files or in how they are read; a record accepts only facts with a higher
// number.
const Number = 6

// Digest identifies a state of facts.
func Digest(read *sentra.Facts) (string, error) {
	documents, err := register.Documents(read)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, ref := range slices.SortedFunc(maps.Keys(documents), func(a, b sentra.EntityRef) int { return strings.Compare(a.String(), b.String()) }) {
		fmt.Fprintf(hash, "%s %s\n", ref, documents[ref])
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Load reads all facts.
func Load() (*sentra.Facts, error) {
	l := loader{known: map[sentra.SourceID]bool{}}
	for _, step := range []func() error{
		l.regions, l.memberships, l.officialCodes, l.designations, l.coverage, l.programme,
		l.otherCodes, l.names, l.countryClusters, l.supports, l.programmeFacts, l.counts, l.candidates, l.sourceTitles,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("load the facts: %w", err)
		}
	}
	l.facts.Clusters = sentra.NewClusters(l.clusters...)
	return &l.facts, nil
}

type loader struct {
	facts sentra.Facts
	// clusters in the order of the files.
	clusters []*sentra.Cluster
	known    map[sentra.SourceID]bool
}

func (l *loader) source(s sentra.Source) sentra.SourceID {
	if !l.known[s.ID] {
		l.known[s.ID] = true
		l.facts.Sources = append(l.facts.Sources, s)
	}
	return s.ID
}

// citedSources returns the sources cited in a cell such as "a.id/b ; c.id/d".
func (l *loader) citedSources(cell string) []sentra.SourceID {
	var ids []sentra.SourceID
	for _, text := range sentra.Citations(cell) {
		if id := l.source(sentra.Cited(text)); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// sourceTitles translates the titles that are descriptions, or parts of such: a title
// may have several, separated by semicolons.
func (l *loader) sourceTitles() error {
	list, err := rows("source_titles.csv")
	if err != nil {
		return err
	}
	translated, used := make(map[string]string), make(map[string]bool)
	for _, row := range list {
		translated[row["title"]] = row["title_id"]
	}
	for i := range l.facts.Sources {
		s := &l.facts.Sources[i]
		title, rest := "", s.Title
		for _, part := range sentra.Citations(s.Title) {
			before, after, found := strings.Cut(rest, part)
			if !found {
				continue
			}
			title, rest = title+before+cmp.Or(translated[part], part), after
			used[part] = true
		}
		if title += rest; title != s.Title {
			s.TitleID = title
		}
	}
	for i, row := range list {
		if !used[row["title"]] {
			return fmt.Errorf("source_titles.csv, row %d: no source has the title %q", i+2, row["title"])
		}
	}
	return nil
}

// rows reads a CSV file into maps from column to cell.
func rows(name string) ([]map[string]string, error) {
	file, err := files.Open("data/" + name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var out []map[string]string
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		out = append(out, row)
	}
	return out, nil
}

func optionalDate(text string) (*sentra.Date, error) {
	if text == "" {
		return nil, nil
	}
	day, err := sentra.ParseDate(text)
	return &day, err
}

func optionalPartialDate(text string) (*sentra.PartialDate, error) {
	if text == "" {
		return nil, nil
	}
	date, err := sentra.ParsePartialDate(text)
	return &date, err
}

func period(row map[string]string) (sentra.Period, error) {
	from, err := optionalDate(row["valid_from"])
	if err != nil {
		return sentra.Period{}, err
	}
	to, err := optionalDate(row["valid_to"])
	return sentra.Period{From: from, To: to}, err
}

func (l *loader) regions() error {
	day := sentra.MustDate("2025-01-01")
	l.source(sentra.Source{
		ID:        BoundarySource,
		Title:     "wilayah_boundaries at commit 3c5a796, after Kepmendagri 300.2.2-2430/2025",
		Publisher: "cahyadsn",
		Date:      &sentra.PartialDate{First: day, Precision: sentra.PrecisionYear},
		URL:       "https://github.com/cahyadsn/wilayah_boundaries",
		Licence:   "MIT",
	})
	table, err := rows("regions.csv")
	if err != nil {
		return err
	}
	first := sentra.FirstDay
	for _, row := range table {
		numbers := make(map[string]float64)
		for _, column := range []string{"lon", "lat", "west", "south", "east", "north"} {
			if numbers[column], err = strconv.ParseFloat(row[column], 64); err != nil {
				return fmt.Errorf("regions.csv, %s, %s: %w", row["code"], column, err)
			}
		}
		code, err := sentra.ParseRegionCode(row["code"])
		if err != nil {
			return fmt.Errorf("regions.csv: %w", err)
		}
		l.facts.Regions = append(l.facts.Regions, sentra.Region{
			Code: code, Kind: sentra.RegionKind(row["kind"]), Name: row["name"],
			Point:    orb.Point{numbers["lon"], numbers["lat"]},
			Box:      orb.Bound{Min: orb.Point{numbers["west"], numbers["south"]}, Max: orb.Point{numbers["east"], numbers["north"]}},
			Validity: sentra.Period{From: &first},
			Sources:  []sentra.SourceID{BoundarySource},
		})
	}
	return nil
}

// memberships also derives the successions: if a region moves to another province on
// a day, that province is a successor of the old one.
func (l *loader) memberships() error {
	table, err := rows("province_membership.csv")
	if err != nil {
		return err
	}
	previous := make(map[string]string)
	made := make(map[string]sentra.Succession)
	for _, row := range table {
		validity, err := period(row)
		if err != nil {
			return fmt.Errorf("province_membership.csv, %s: %w", row["region_code"], err)
		}
		sources := []sentra.SourceID{BoundarySource}
		if law := row["law"]; law != "" {
			sources = []sentra.SourceID{l.source(sentra.Source{
				ID: sentra.SourceID(sentra.Slug(law)), Title: strings.Replace(law, "UU ", "Undang-Undang (law) ", 1),
				Publisher: "Republik Indonesia",
			})}
		}
		l.facts.Memberships = append(l.facts.Memberships, sentra.Membership{
			Region: sentra.RegionCode(row["region_code"]), Province: sentra.RegionCode(row["province_code"]),
			Validity: validity, Law: row["law"], Sources: sources,
		})
		if before, moved := previous[row["region_code"]]; moved && before != row["province_code"] {
			made[before+row["province_code"]] = sentra.Succession{
				Predecessor: sentra.RegionCode(before), Successor: sentra.RegionCode(row["province_code"]),
				Date: *validity.From, Law: row["law"], Sources: sources,
			}
		}
		previous[row["region_code"]] = row["province_code"]
	}
	for _, s := range made {
		l.facts.Successions = append(l.facts.Successions, s)
		for i := range l.facts.Regions {
			// A province with members only from that day on is new.
			if r := &l.facts.Regions[i]; r.Code == s.Successor {
				day := s.Date
				r.Validity.From = &day
			}
		}
	}
	slices.SortFunc(l.facts.Successions, func(a, b sentra.Succession) int {
		return strings.Compare(string(a.Predecessor+a.Successor), string(b.Predecessor+b.Successor))
	})
	return nil
}

// isoCodes are the ISO 3166-2 codes of the provinces, by Kemendagri code.
// Source: ISO 3166-2:ID, with the newsletter of 2023-11-23 for Papua's new provinces.
var isoCodes = map[sentra.RegionCode]string{
	"11": "ID-AC", "12": "ID-SU", "13": "ID-SB", "14": "ID-RI", "15": "ID-JA", "16": "ID-SS", "17": "ID-BE",
	"18": "ID-LA", "19": "ID-BB", "21": "ID-KR", "31": "ID-JK", "32": "ID-JB", "33": "ID-JT", "34": "ID-YO",
	"35": "ID-JI", "36": "ID-BT", "51": "ID-BA", "52": "ID-NB", "53": "ID-NT", "61": "ID-KB", "62": "ID-KT",
	"63": "ID-KS", "64": "ID-KI", "65": "ID-KU", "71": "ID-SA", "72": "ID-ST", "73": "ID-SN", "74": "ID-SG",
	"75": "ID-GO", "76": "ID-SR", "81": "ID-MA", "82": "ID-MU", "91": "ID-PA", "92": "ID-PB", "93": "ID-PS",
	"94": "ID-PT", "95": "ID-PE", "96": "ID-PD",
}

func (l *loader) officialCodes() error {
	iso := l.source(sentra.Source{ID: "iso-3166-2", Title: "ISO 3166-2:ID, country subdivision codes of Indonesia",
		Publisher: "ISO", URL: "https://www.iso.org/obp/ui/#iso:code:3166:ID"})
	for _, r := range l.facts.Regions {
		l.facts.Codes = append(l.facts.Codes, sentra.OfficialCode{Region: r.Code, System: sentra.SystemKemendagri,
			Value: string(r.Code), Sources: []sentra.SourceID{BoundarySource}})
		if value, ok := isoCodes[r.Code]; ok {
			l.facts.Codes = append(l.facts.Codes, sentra.OfficialCode{Region: r.Code, System: sentra.SystemISO,
				Value: value, Sources: []sentra.SourceID{iso}})
		}
	}
	return nil
}

func (l *loader) designations() error {
	table, err := rows("designations.csv")
	if err != nil {
		return err
	}
	for _, row := range table {
		place := fmt.Sprintf("designations.csv, %s", row["region_code"])
		from, err := sentra.ParsePartialDate(row["valid_from"])
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		to, err := optionalDate(row["valid_to"])
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		l.facts.Designations = append(l.facts.Designations, sentra.Designation{
			ID:     sentra.DesignationID(row["region_code"], row["kind"], row["regulation"]),
			Region: sentra.RegionCode(row["region_code"]), Kind: sentra.DesignationKind(row["kind"]),
			Regulation: row["regulation"], From: from, To: to, Confidence: sentra.Confidence(row["confidence"]),
			Countries: strings.Fields(row["neighbour"]), Sources: l.citedSources(row["source"]),
		})
	}
	return nil
}

func (l *loader) coverage() error {
	table, err := rows("designation_coverage.csv")
	if err != nil {
		return err
	}
	for i, row := range table {
		from, err := optionalPartialDate(row["valid_from"])
		if err != nil {
			return fmt.Errorf("designation_coverage.csv, row %d: %w", i+2, err)
		}
		to, err := optionalDate(row["valid_to"])
		if err != nil {
			return fmt.Errorf("designation_coverage.csv, row %d: %w", i+2, err)
		}
		var kinds []sentra.RegionKind
		for text := range strings.FieldsSeq(row["region_kinds"]) {
			kinds = append(kinds, sentra.RegionKind(text))
		}
		l.facts.Coverage = append(l.facts.Coverage, sentra.DesignationCoverage{
			Kind: sentra.DesignationKind(row["kind"]), Province: sentra.RegionCode(row["province_code"]), RegionKinds: kinds,
			Extent: sentra.CoverageExtent(row["extent"]), From: from, To: to, Regulation: row["regulation"],
			Confidence: sentra.Confidence(row["confidence"]), Note: row["note"], NoteID: row["note_id"],
			Sources: l.citedSources(row["source"]),
		})
	}
	return nil
}

// programmeFile is the form of programme.json.
type programmeFile struct {
	Programme struct {
		NameEN   string   `json:"name_en"`
		Agencies []string `json:"agencies"`
	} `json:"programme"`
	Sources map[string]struct{ Title, Publisher, Date, URL, Licence string } `json:"sources"`
	Phases  []struct {
		ID, From, Source string
		To               *string
	} `json:"phases"`
	Clusters []struct {
		Phase         string   `json:"phase"`
		ProductID     string   `json:"product_id"`
		ProductEN     string   `json:"product_en"`
		ProvinceNamed string   `json:"province_named"`
		Regions       []string `json:"regions"`
		RegionNote    string   `json:"region_note"`
		RegionNoteID  string   `json:"region_note_id"`
		RegionSource  string   `json:"region_source"`
		Source        string   `json:"source"`
		InitialTarget *bool    `json:"initial_target"`
	} `json:"clusters"`
	Selection struct {
		Source  string `json:"source"`
		Grounds []struct {
			ID         string   `json:"id"`
			Elements   []string `json:"elements"`
			ElementsID []string `json:"elements_id"`
		} `json:"grounds"`
		InitialTargets []string `json:"initial_target_provinces_as_named"`
		NotStated      string   `json:"not_stated"`
		NotStatedID    string   `json:"not_stated_id"`
		Measures       []string `json:"accompanying_measures"`
		MeasuresID     []string `json:"accompanying_measures_id"`
	} `json:"selection"`
	Abbreviation string `json:"abbreviation"`
	Method       struct {
		Source      string   `json:"source"`
		Structure   []string `json:"structure"`
		StructureID []string `json:"structure_id"`
		Steps       []struct {
			Step    string   `json:"step"`
			StepID  string   `json:"step_id"`
			Parts   []string `json:"parts"`
			PartsID []string `json:"parts_id"`
		} `json:"steps"`
	} `json:"method"`
	Events []struct {
		Region, Kind, Date, Place, With, What, Note, Source string
		WhatID                                              string `json:"what_id"`
		NoteID                                              string `json:"note_id"`
		Value                                               *int
	} `json:"events"`
	EventsNote   string `json:"events_note"`
	EventsNoteID string `json:"events_note_id"`
	NotFound     string `json:"not_found"`
	NotFoundID   string `json:"not_found_id"`
}

var parenthesis = regexp.MustCompile(`\s*\([^)]*\)`)

func (l *loader) programme() error {
	content, err := files.ReadFile("data/programme.json")
	if err != nil {
		return fmt.Errorf("read programme.json: %w", err)
	}
	var file programmeFile
	if err := json.Unmarshal(content, &file); err != nil {
		return fmt.Errorf("parse programme.json: %w", err)
	}
	keys := make([]string, 0, len(file.Sources))
	for key := range file.Sources {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		s := file.Sources[key]
		date, err := optionalPartialDate(s.Date)
		if err != nil {
			return fmt.Errorf("programme.json, source %s: %w", key, err)
		}
		l.source(sentra.Source{ID: sentra.SourceID(key), Title: s.Title, Publisher: s.Publisher, Date: date, URL: s.URL, Licence: s.Licence})
	}
	cite := func(ids ...string) []sentra.SourceID {
		var cited []sentra.SourceID
		for _, id := range ids {
			if id != "" && !slices.Contains(cited, sentra.SourceID(id)) {
				cited = append(cited, sentra.SourceID(id))
			}
		}
		return cited
	}

	p := &l.facts.Programme
	*p = sentra.Programme{
		NameEN: file.Programme.NameEN, Abbreviation: file.Abbreviation, Agencies: file.Programme.Agencies,
		InitialTargetProvinces: file.Selection.InitialTargets, AccompanyingMeasures: file.Selection.Measures, AccompanyingMeasuresID: file.Selection.MeasuresID,
		MethodStructure: file.Method.Structure, MethodStructureID: file.Method.StructureID, MethodSources: cite(file.Method.Source),
		NotStated:   []string{file.Selection.NotStated, file.EventsNote, "not found: " + file.NotFound},
		NotStatedID: []string{file.Selection.NotStatedID, file.EventsNoteID, "tidak ditemukan: " + file.NotFoundID},
		Sources:     cite("jica", file.Selection.Source),
	}
	for _, step := range file.Method.Steps {
		p.MethodSteps = append(p.MethodSteps, sentra.MethodStep{Name: step.Step, NameID: step.StepID, Parts: step.Parts, PartsID: step.PartsID})
	}
	for _, ground := range file.Selection.Grounds {
		p.Grounds = append(p.Grounds, sentra.SelectionGround{Kind: sentra.GroundKind(ground.ID), Elements: ground.Elements, ElementsID: ground.ElementsID,
			Sources: cite(file.Selection.Source)})
	}
	for _, phase := range file.Phases {
		from, err := sentra.ParsePartialDate(phase.From)
		if err != nil {
			return fmt.Errorf("programme.json, phase %s: %w", phase.ID, err)
		}
		made := sentra.Phase{Key: phase.ID, From: from, Sources: cite(phase.Source)}
		if phase.To != nil {
			if made.To, err = optionalPartialDate(*phase.To); err != nil {
				return fmt.Errorf("programme.json, phase %s: %w", phase.ID, err)
			}
		}
		l.facts.Phases = append(l.facts.Phases, made)
	}

	names := make(map[sentra.RegionCode]string)
	for _, r := range l.facts.Regions {
		names[r.Code] = r.Name
	}
	for _, c := range file.Clusters {
		product := sentra.Slug(parenthesis.ReplaceAllString(c.ProductEN, ""))
		if !slices.ContainsFunc(l.facts.Products, func(p sentra.Product) bool { return p.Key == product }) {
			l.facts.Products = append(l.facts.Products, sentra.Product{Key: product, NameEN: c.ProductEN, NameID: c.ProductID, Sources: cite(c.Source)})
		}
		codes := make([]sentra.RegionCode, len(c.Regions))
		for i, code := range c.Regions {
			codes[i] = sentra.RegionCode(code)
		}
		place, key := names[codes[0]], c.Phase+"-"+c.Regions[0]+"-"+product
		l.clusters = append(l.clusters, &sentra.Cluster{
			ID: key, Key: key,
			NameEN: capital(c.ProductEN) + ", " + place, NameID: capital(c.ProductID) + ", " + place,
			Products: []string{product}, Phases: []string{c.Phase}, Regions: codes, RegionNote: c.RegionNote, RegionNoteID: c.RegionNoteID,
			ProvinceNamed: c.ProvinceNamed, Precision: sentra.PrecisionRegency, InitialTarget: c.InitialTarget,
			Confidence: sentra.Listed, Sources: cite(c.Source, c.RegionSource),
		})
	}
	for _, e := range file.Events {
		date, err := sentra.ParsePartialDate(e.Date)
		if err != nil {
			return fmt.Errorf("programme.json, event: %w", err)
		}
		event := sentra.Event{Region: sentra.RegionCode(e.Region), Kind: sentra.EventKind(e.Kind),
			Date: date, Place: e.Place, With: e.With, What: e.What, WhatID: e.WhatID, Value: e.Value, Note: e.Note, NoteID: e.NoteID, Sources: cite(e.Source)}
		event.ID = sentra.EventID(&event)
		l.facts.Events = append(l.facts.Events, event)
	}
	return nil
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
