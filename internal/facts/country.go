package facts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// readOn is the day on which the pages cited in sentra.csv were read.
var readOn = sentra.MustDate("2026-11-25")

// In Papua BPS's list of 2020 was valid until the first day; its period 2023/1 began
// on the second.
var (
	bpsUntil = sentra.MustDate("2022-12-31")
	bpsSince = sentra.MustDate("2023-01-01")
)

// cell reads the cells of a row and keeps the first fault.
type cell struct {
	row   map[string]string
	fault error
}

func (c *cell) fail(column string, err error) {
	if err != nil && c.fault == nil {
		c.fault = fmt.Errorf("%s %.40q: %w", column, c.row[column], err)
	}
}

// number reads a whole number, 0 for an empty cell.
func (c *cell) number(column string) int {
	if c.row[column] == "" {
		return 0
	}
	n, err := strconv.Atoi(c.row[column])
	c.fail(column, err)
	return n
}

// figure reads a whole number, nil for an empty cell.
func (c *cell) figure(column string) *int {
	if c.row[column] == "" {
		return nil
	}
	n := c.number(column)
	return &n
}

func (c *cell) amount(column string) *decimal.Decimal {
	if c.row[column] == "" {
		return nil
	}
	d, err := decimal.NewFromString(c.row[column])
	c.fail(column, err)
	return &d
}

func (c *cell) date(column string) *sentra.PartialDate {
	d, err := optionalPartialDate(c.row[column])
	c.fail(column, err)
	return d
}

// each reads a file row by row; a fault names the row.
func each(name string, read func(c *cell)) error {
	table, err := rows(name)
	if err != nil {
		return err
	}
	for i, row := range table {
		c := &cell{row: row}
		if read(c); c.fault != nil {
			return fmt.Errorf("%s, row %d, %w", name, i+2, c.fault)
		}
	}
	return nil
}

// page returns the source for a row: the page in the column source, with its title
// and date. It completes what is already known about the page.
func (l *loader) page(c *cell) []sentra.SourceID {
	s := sentra.Cited(c.row["source"])
	if !l.known[s.ID] {
		s.ID = shortID("page", c.row["source"])
	}
	if title := c.row["source_title"]; title != "" {
		s.Title = title
	}
	s.Date = c.date("source_date")
	if l.known[s.ID] {
		known := &l.facts.Sources[slices.IndexFunc(l.facts.Sources, func(other sentra.Source) bool { return other.ID == s.ID })]
		if known.Title == sentra.Cited(c.row["source"]).Title {
			known.Title = s.Title
		}
		if known.Date == nil {
			known.Date = s.Date
		}
	}
	return []sentra.SourceID{l.source(s)}
}

// remark returns the source for a cell that describes in words where something was
// read.
func (l *loader) remark(text string) []sentra.SourceID {
	return []sentra.SourceID{l.source(sentra.Source{ID: shortID("note", text), Title: text})}
}

// shortID returns an id for a source with a long text.
func shortID(kind, text string) sentra.SourceID {
	sum := sha256.Sum256([]byte(text))
	return sentra.SourceID(kind + "-" + hex.EncodeToString(sum[:6]))
}

func confidence(c *cell) sentra.Confidence { return sentra.Confidence(c.row["confidence"]) }

// otherCodes reads BPS's codes, P-codes and former codes of the Ministry.
func (l *loader) otherCodes() error {
	later := make(map[sentra.RegionCode]sentra.OfficialCode)
	if err := each("bps_codes_papua.csv", func(c *cell) {
		code := sentra.RegionCode(c.row["region_code"])
		later[code] = sentra.OfficialCode{Region: code, System: sentra.SystemBPS, Value: c.row["value"], Sources: l.remark(c.row["source"])}
	}); err != nil {
		return err
	}
	if err := each("bps_codes_2020.csv", func(c *cell) {
		code := sentra.OfficialCode{Region: sentra.RegionCode(c.row["region_code"]), System: sentra.SystemBPS, Value: c.row["value"], Sources: l.citedSources(c.row["source"])}
		if next, listed := later[code.Region]; listed && next.Value == code.Value {
			code.Sources = append(code.Sources, next.Sources...)
		} else if listed {
			until, since := bpsUntil, bpsSince
			code.Validity.To, next.Validity.From = &until, &since
			l.facts.Codes = append(l.facts.Codes, next)
		}
		l.facts.Codes = append(l.facts.Codes, code)
	}); err != nil {
		return err
	}
	pcodes := l.source(sentra.Source{ID: "ocha-cod-ab-idn", Title: "COD-AB Indonesia (HDX cod-ab-idn) of 2019-12-20, valid on 2020-04-01; P-code = ID + BPS code of 2019/20",
		Publisher: "OCHA", URL: "https://data.humdata.org/dataset/cod-ab-idn", Date: &sentra.PartialDate{First: sentra.MustDate("2019-12-20"), Precision: sentra.PrecisionDay}})
	if err := each("pcodes.csv", func(c *cell) {
		validity, err := period(c.row)
		c.fail("valid_from", err)
		l.facts.Codes = append(l.facts.Codes, sentra.OfficialCode{Region: sentra.RegionCode(c.row["region_code"]), System: sentra.SystemPCode, Value: c.row["value"],
			Validity: validity, Sources: []sentra.SourceID{pcodes}})
	}); err != nil {
		return err
	}
	return each("former_codes.csv", func(c *cell) {
		validity, err := period(c.row)
		c.fail("valid_to", err)
		l.facts.Codes = append(l.facts.Codes, sentra.OfficialCode{Region: sentra.RegionCode(c.row["region_code"]), System: sentra.SystemKemendagri,
			Value: c.row["value"], Validity: validity, Sources: l.remark(c.row["source"])})
	})
}

func (l *loader) names() error {
	return each("former_names.csv", func(c *cell) {
		l.facts.Names = append(l.facts.Names, sentra.RegionName{Region: sentra.RegionCode(c.row["region_code"]), Name: c.row["name"],
			Kind: sentra.RegionNameKind(c.row["kind"]), From: c.date("valid_from"), To: c.date("valid_to"), Law: c.row["law"],
			Confidence: confidence(c), Sources: l.remark(c.row["source"])})
	})
}

// product returns the key of a product of sentra.csv: that of the programme's product
// with the same key or Indonesian name, else its own.
func (l *loader) product(c *cell, sources []sentra.SourceID) string {
	key, name := c.row["product_id"], c.row["product_name_id"]
	for i := range l.facts.Products {
		if p := &l.facts.Products[i]; p.Key == key || strings.EqualFold(p.NameID, name) {
			return p.Key
		}
	}
	l.facts.Products = append(l.facts.Products, sentra.Product{Key: key, NameEN: c.row["product_name_en"], NameID: name, Sources: sources})
	return key
}

// countryClusters reads the country's clusters. A row about one of the programme's
// adds to that.
func (l *loader) countryClusters() error {
	return each("sentra.csv", func(c *cell) {
		sources := l.page(c)
		product := l.product(c, sources)
		day := readOn
		told := &sentra.Cluster{ID: c.row["id"], Key: c.row["id"], NameEN: c.row["name"], NameID: c.row["name"], Products: []string{product},
			Regions: []sentra.RegionCode{sentra.RegionCode(c.row["region_code"])}, Place: c.row["place"], Precision: sentra.PrecisionRegency,
			Planned: c.row["status"] == string(sentra.ClusterPlanned), Began: c.number("first_year"), Confidence: confidence(c),
			Readings: []sentra.Reading{{Source: sources[0], Read: c.row["read"], ReadID: c.row["read_id"], On: &day}}, Sources: sources}
		if figures := (sentra.Figures{Units: c.figure("units"), Workers: c.figure("workers"), Year: c.number("figures_year")}); figures.Units != nil || figures.Workers != nil {
			told.Figures = &figures
		}
		key := c.row["programme_cluster"]
		if key == "" {
			l.clusters = append(l.clusters, told)
			return
		}
		at := slices.IndexFunc(l.clusters, func(other *sentra.Cluster) bool { return other.Key == key })
		if at < 0 {
			c.fail("programme_cluster", fmt.Errorf("the programme has no such cluster"))
			return
		}
		one := l.clusters[at]
		if !slices.Contains(one.Products, product) {
			one.Products = append(one.Products, product)
		}
		one.Place, one.Began, one.Figures, one.Readings = told.Place, told.Began, told.Figures, told.Readings
		one.Sources = append(one.Sources, sources...)
	})
}

// clusterIDs returns the ids of the clusters that the rows of sentra.csv became.
func clusterIDs() (map[string]string, error) {
	ids := make(map[string]string)
	err := each("sentra.csv", func(c *cell) {
		if ids[c.row["id"]] = c.row["id"]; c.row["programme_cluster"] != "" {
			ids[c.row["id"]] = c.row["programme_cluster"]
		}
	})
	return ids, err
}

// support adds support unless it is known already: two files report the same one.
func (l *loader) support(s sentra.Support) {
	same := func(other sentra.Support) bool {
		return other.Region == s.Region && other.Year == s.Year && other.Fund == s.Fund && other.Product == s.Product && other.Place == s.Place &&
			slices.Equal(other.Sources, s.Sources) && (s.Amount == nil) == (other.Amount == nil) && (s.Amount == nil || s.Amount.Equal(*other.Amount))
	}
	if slices.ContainsFunc(l.facts.Supports, same) {
		return
	}
	s.ID = sentra.SupportID(&s)
	l.facts.Supports = append(l.facts.Supports, s)
}

func (l *loader) supports() error {
	clusters, err := clusterIDs()
	if err != nil {
		return err
	}
	return each("dak_ikm.csv", func(c *cell) {
		s := sentra.Support{Region: sentra.RegionCode(c.row["region_code"]), Fund: sentra.Fund(c.row["fund"]), Year: c.number("year"), Amount: c.amount("amount_idr"),
			Place: c.row["place"], Purpose: c.row["note"], PurposeID: c.row["note_id"], Confidence: confidence(c), Sources: l.page(c)}
		if id := c.row["cluster_id"]; id != "" {
			if s.Cluster = clusters[id]; s.Cluster == "" {
				c.fail("cluster_id", fmt.Errorf("sentra.csv has no such cluster"))
			}
		}
		switch key := c.row["product_id"]; {
		case key == "":
		case slices.ContainsFunc(l.facts.Products, func(p sentra.Product) bool { return p.Key == key }):
			s.Product = key
		case s.Cluster != "":
			// The programme has another key for the product in sentra.csv.
			s.Product = l.clusters[slices.IndexFunc(l.clusters, func(o *sentra.Cluster) bool { return o.ID == s.Cluster })].Products[0]
		default:
			// No cluster of the record makes it.
			s.Purpose = strings.TrimSuffix(strings.ReplaceAll(key, "-", " ")+"; "+s.Purpose, "; ")
			s.PurposeID = strings.TrimSuffix(c.row["product_name_id"]+"; "+s.PurposeID, "; ")
		}
		l.support(s)
	})
}

// programmeFacts reads facilitators, national sums, counts and events; awards under
// One Village One Product are not part of the record.
func (l *loader) programmeFacts() error {
	return each("programme_facts.csv", func(c *cell) {
		region := sentra.RegionCode(c.row["region_code"])
		switch c.row["kind"] {
		case "FACILITATOR":
			f := sentra.Facilitators{Region: region, Kind: sentra.FacilitatorTPL, Year: c.number("year"), Count: c.number("value"), Note: c.row["fact"], NoteID: c.row["fact_id"],
				Confidence: confidence(c), Sources: l.page(c)}
			f.ID = sentra.FacilitatorsID(&f)
			l.facts.Facilitators = append(l.facts.Facilitators, f)
		case "DAK", "DECONCENTRATION":
			s := sentra.Support{Region: region, Fund: sentra.Fund(c.row["kind"]), Year: c.number("year"), Purpose: c.row["fact"], PurposeID: c.row["fact_id"],
				Confidence: confidence(c), Sources: l.page(c)}
			if c.row["unit"] == "IDR" {
				s.Amount = c.amount("value")
			}
			l.support(s)
		case "SENTRA_COUNT":
			l.count(sentra.ExternalCount{Region: region, Year: c.number("year"), Count: c.number("value"), Note: c.row["fact"], NoteID: c.row["fact_id"], Confidence: confidence(c), Sources: l.page(c)})
		case "DISSEMINATION", "SMIDEP":
			l.event(c, region)
		}
	})
}

// event adds an event of dissemination, on each of its days, or another source of an
// event of the programme.
func (l *loader) event(c *cell, region sentra.RegionCode) {
	sources := l.page(c)
	if id := c.row["event"]; id != "" {
		at := slices.IndexFunc(l.facts.Events, func(e sentra.Event) bool { return e.ID == id })
		if at < 0 {
			c.fail("event", fmt.Errorf("the programme has no such event"))
			return
		}
		e := &l.facts.Events[at]
		e.Sources = append(e.Sources, sources...)
		if e.Note == "" {
			e.Note, e.NoteID = c.row["fact"], c.row["fact_id"]
		}
		return
	}
	for text := range strings.SplitSeq(c.row["date"], ";") {
		date, err := sentra.ParsePartialDate(text)
		c.fail("date", err)
		e := sentra.Event{Region: region, Kind: sentra.EventDissemination, Date: date, What: c.row["unit"], WhatID: c.row["unit_id"], Value: c.figure("value"), Note: c.row["fact"], NoteID: c.row["fact_id"], Sources: sources}
		e.ID = sentra.EventID(&e)
		l.facts.Events = append(l.facts.Events, e)
	}
}

func (l *loader) count(c sentra.ExternalCount) {
	c.ID = sentra.ExternalCountID(&c)
	l.facts.Counts = append(l.facts.Counts, c)
}

func (l *loader) counts() error {
	return each("sentra_counts_bps.csv", func(c *cell) {
		l.count(sentra.ExternalCount{Region: sentra.RegionCode(c.row["region_code"]), By: "BPS", Year: c.number("year"), Count: c.number("sentra"),
			Confidence: confidence(c), Sources: l.page(c)})
	})
}

// candidates are the regions that the source names for the phase from 2017, to which
// the Ministry and JICA committed themselves. It does not say which ground each met,
// so there are no assessments.
func (l *loader) candidates() error {
	for _, c := range l.clusters {
		if !slices.Contains(c.Phases, "2017") {
			continue
		}
		for _, region := range c.Regions {
			sources := c.Sources[:1:1]
			l.facts.Candidates = append(l.facts.Candidates, sentra.Candidate{Phase: "2017", Region: region, Named: c.ProvinceNamed, InitialTarget: c.InitialTarget,
				Decision: &sentra.Decision{Outcome: sentra.DecisionChosen, By: strings.Join(l.facts.Programme.Agencies, "; "), Sources: sources}, Sources: sources})
		}
	}
	return nil
}
