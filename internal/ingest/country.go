package ingest

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	exact "github.com/shopspring/decimal"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// Range of years in a row.
const firstYear, lastYear = 1900, 2100

func yearText(year int) string {
	if year == 0 {
		return ""
	}
	return strconv.Itoa(year)
}

func figuresText(f *sentra.Figures) string {
	if f == nil {
		return ""
	}
	number := func(n *int) string {
		if n == nil {
			return "-"
		}
		return strconv.Itoa(*n)
	}
	return strings.TrimSpace(number(f.Units) + ", " + number(f.Workers) + " " + yearText(f.Year))
}

// entries are the rows of a kind, in the file's order.
type entries[T any] struct {
	list []T
	rows []int
	// keep copies the stored parts that the file does not contain.
	keep []func(given, stored *T)
	at   map[string]int
}

// importEntries puts entries, and reports what happens to each.
func importEntries[T register.Entity](ctx context.Context, record Record, file *inputfile.File, t *table, kind sentra.EntityKind, given *entries[T], stored []T,
	id func(*T) string, fields func(*T) []field, citations *citations) (*Report, error) {
	before := make(map[string]*T, len(stored))
	for i := range stored {
		before[id(&stored[i])] = &stored[i]
	}
	for i := range given.list {
		if old := before[id(&given.list[i])]; old != nil {
			given.keep[i](&given.list[i], old)
		}
	}
	report := newReport(file, t)
	report.rows = len(given.list)
	report.row = func(i int) ReportRow {
		row := ReportRow{Row: given.rows[i], Key: id(&given.list[i]), Action: New}
		if old := before[row.Key]; old != nil {
			row.compare(fields(old), fields(&given.list[i]))
		}
		return row
	}
	return report.finish(ctx, record, kind, register.Put(citations.added...),
		register.Complete(given.list, func(i int, stored *T) { given.keep[i](&given.list[i], stored) }))
}

// add adds an entry unless the file has it already.
func (e *entries[T]) add(row *row, id, column string, entry T, keep func(given, stored *T)) {
	if e.at == nil {
		e.at = make(map[string]int)
	}
	if before, twice := e.at[id]; twice {
		row.fault(column, "%s is in the file a second time, first in %s %d", id, row.Unit(), e.rows[before])
		return
	}
	e.at[id] = len(e.list)
	e.list, e.rows, e.keep = append(e.list, entry), append(e.rows, row.Number), append(e.keep, keep)
}

// year reads a required year.
func (r *row) year(column string) int {
	if r.text(column) == "" {
		r.fault(column, "a year is missing")
		return 0
	}
	year, _ := r.whole(column, firstYear, lastYear)
	return year
}

func (r *row) confidence() sentra.Confidence {
	return sentra.Confidence(r.oneOf("confidence", string(sentra.Listed), string(sentra.Inferred), string(sentra.Partial)))
}

// amount reads an exact amount in rupiah, or nil. Decimals are accepted only with a
// currency: "1,5" may be rupiah or a billion of them.
func (r *row) amount() *exact.Decimal {
	text, currency := r.text("amount"), r.text("currency")
	if currency != "" && currency != "IDR" {
		r.fault("currency", "%s is not IDR; amounts are in rupiah", tablefile.Quote(currency))
	}
	if text == "" || r.cell("amount").Fault != "" {
		return nil
	}
	var err error
	if r.cell("amount").Kind != tablefile.Number {
		text, err = digits(strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(text, "Rp."), "Rp")))
	}
	value, wrong := exact.NewFromString(text)
	switch {
	case err != nil:
		r.fault("amount", "%s is ambiguous: %v", tablefile.Quote(r.text("amount")), err)
	case wrong != nil:
		r.fault("amount", "%s is not an amount; write only digits", tablefile.Quote(r.text("amount")))
	case !value.IsInteger() && currency == "":
		r.fault("amount", "%s has decimals and no currency; write whole rupiah, or IDR in the column currency", tablefile.Quote(r.text("amount")))
	default:
		return &value
	}
	return nil
}

// importSupports adds or changes supports.
func importSupports(ctx context.Context, record Record, file *inputfile.File, data *sentra.Dataset, options TableOptions) (*Report, error) {
	places, citations := newPlaces(data), newCitations(data)
	clusters, products := make(map[string]string), make(map[string]string)
	for c := range data.Clusters.All {
		clusters[c.Key] = c.ID
	}
	for i := range data.Products {
		p := &data.Products[i]
		for _, name := range []string{p.NameID, p.NameEN, p.Key} {
			products[strings.ToLower(name)] = p.Key
		}
	}
	var given entries[sentra.Support]
	t, err := readTable(file, SupportSchema, options, func(row *row) {
		s := sentra.Support{Region: row.one("region_code", places), Year: row.year("year"), Amount: row.amount(), Place: row.bounded("place", maxName),
			Purpose: row.bounded("purpose", maxText), Confidence: row.confidence(), Sources: citations.of(row)}
		if row.text("fund") != "" {
			s.Fund = sentra.Fund(row.oneOf("fund", string(sentra.FundAPBN), string(sentra.FundDeconcentration), string(sentra.FundDAK)))
		}
		for _, named := range []struct {
			column string
			known  map[string]string
			key    string
			into   *string
		}{{"cluster", clusters, row.text("cluster"), &s.Cluster}, {"product", products, strings.ToLower(row.text("product")), &s.Product}} {
			if named.key == "" {
				continue
			}
			if *named.into = named.known[named.key]; *named.into == "" {
				row.fault(named.column, "the record has no %s %s", named.column, tablefile.Quote(row.text(named.column)))
			}
		}
		if s.ID = sentra.SupportID(&s); !row.failed {
			given.add(row, s.ID, "amount", s, keptOfSupport(row.says("amount"), row.says("cluster"), row.says("purpose")))
		}
	})
	if err != nil {
		return nil, err
	}
	return importEntries(ctx, record, file, t, sentra.KindOfSupport, &given, data.Supports, func(s *sentra.Support) string { return s.ID }, supportFields, citations)
}

// keptOfSupport returns a function that copies the stored parts that a row does not
// contain.
func keptOfSupport(amount, cluster, purpose bool) func(s, stored *sentra.Support) {
	return func(s, stored *sentra.Support) {
		if !amount {
			s.Amount = stored.Amount
		}
		if !cluster {
			s.Cluster = stored.Cluster
		}
		if !purpose {
			s.Purpose = stored.Purpose
		}
	}
}

func supportFields(s *sentra.Support) []field {
	amount := ""
	if s.Amount != nil {
		amount = s.Amount.String()
	}
	return []field{{"amount", amount}, {"cluster", s.Cluster}, {"place", s.Place}, {"purpose", s.Purpose}, {"confidence", string(s.Confidence)}, {"source", join(s.Sources)}}
}

// importFacilitators adds or changes counts of facilitators.
func importFacilitators(ctx context.Context, record Record, file *inputfile.File, data *sentra.Dataset, options TableOptions) (*Report, error) {
	places, citations := newPlaces(data), newCitations(data)
	var given entries[sentra.Facilitators]
	t, err := readTable(file, FacilitatorSchema, options, func(row *row) {
		f := sentra.Facilitators{Region: row.one("region_code", places), Kind: sentra.FacilitatorKind(row.oneOf("kind", string(sentra.FacilitatorTPL), string(sentra.FacilitatorConsultant))),
			Year: row.year("year"), Note: row.bounded("note", maxText), Confidence: row.confidence(), Sources: citations.of(row)}
		count, counted := row.whole("count", 0, 1_000_000)
		if f.Count = count; !counted && row.text("count") == "" {
			row.fault("count", "a number of people is missing")
		}
		if f.ID = sentra.FacilitatorsID(&f); !row.failed {
			given.add(row, f.ID, "count", f, func(*sentra.Facilitators, *sentra.Facilitators) {})
		}
	})
	if err != nil {
		return nil, err
	}
	return importEntries(ctx, record, file, t, sentra.KindOfFacilitators, &given, data.Facilitators, func(f *sentra.Facilitators) string { return f.ID },
		func(f *sentra.Facilitators) []field {
			return []field{{"count", strconv.Itoa(f.Count)}, {"note", f.Note}, {"confidence", string(f.Confidence)}, {"source", join(f.Sources)}}
		}, citations)
}

// importCandidates adds or replaces candidates of a phase. A candidate may have
// several rows, one for each assessment.
func importCandidates(ctx context.Context, record Record, file *inputfile.File, data *sentra.Dataset, options TableOptions) (*Report, error) {
	places, citations := newPlaces(data), newCitations(data)
	phases := make([]string, len(data.Phases))
	for i := range data.Phases {
		phases[i] = data.Phases[i].Key
	}
	var given entries[sentra.Candidate]
	var parts []*candidateParts
	t, err := readTable(file, CandidateSchema, options, func(row *row) {
		c := candidate(row, places, phases, citations.of(row))
		if row.failed {
			return
		}
		at, again := given.at[c.EntityID()]
		if !again {
			parts = append(parts, &candidateParts{})
			parts[len(parts)-1].add(row)
			given.add(row, c.EntityID(), "region_code", c, parts[len(parts)-1].keep)
			return
		}
		parts[at].add(row)
		one, first := &given.list[at], given.rows[at]
		if c.Named != "" && one.Named != "" && c.Named != one.Named {
			row.fault("named", "%s is named %s in %s %d", c.EntityID(), tablefile.Quote(one.Named), row.Unit(), first)
		}
		if c.InitialTarget != nil && one.InitialTarget != nil && *c.InitialTarget != *one.InitialTarget {
			row.fault("initial_target", "of %s %s %d says otherwise", c.EntityID(), row.Unit(), first)
		}
		if c.Decision != nil && one.Decision != nil {
			row.fault("decision", "%s is decided a second time, first in %s %d", c.EntityID(), row.Unit(), first)
		}
		one.Named, one.InitialTarget, one.Decision = cmp.Or(one.Named, c.Named), cmp.Or(one.InitialTarget, c.InitialTarget), cmp.Or(one.Decision, c.Decision)
		one.Assessments = append(one.Assessments, c.Assessments...)
		if fault := one.Check(); fault != nil {
			row.fail("element", fault)
		}
	})
	if err != nil {
		return nil, err
	}
	return importEntries(ctx, record, file, t, sentra.KindOfCandidate, &given, data.Candidates, (*sentra.Candidate).EntityID, candidateFields, citations)
}

// candidateParts are the parts of a candidate that its rows contain.
type candidateParts struct{ named, target, assessments, decision bool }

func (p *candidateParts) add(row *row) {
	p.named = p.named || row.says("named")
	p.target = p.target || row.says("initial_target")
	p.assessments = p.assessments || row.says("ground", "outcome")
	p.decision = p.decision || row.says("decision")
}

// keep copies the other parts.
func (p *candidateParts) keep(c, stored *sentra.Candidate) {
	if !p.named && stored.Named != "" || !p.target && stored.InitialTarget != nil {
		c.Sources = withSources(c.Sources, stored.Sources)
	}
	if !p.named {
		c.Named = stored.Named
	}
	if !p.target {
		c.InitialTarget = stored.InitialTarget
	}
	if !p.assessments {
		c.Assessments = stored.Assessments
	}
	if !p.decision {
		c.Decision = stored.Decision
	}
}

func candidate(row *row, places *places, phases []string, sources []sentra.SourceID) sentra.Candidate {
	c := sentra.Candidate{Phase: row.oneOf("phase", phases...), Region: row.one("region_code", places), Named: row.bounded("named", maxName),
		InitialTarget: row.truth("initial_target"), Sources: sources}
	on := func(column string) *sentra.PartialDate {
		if row.text(column) == "" {
			return nil
		}
		date := row.partialDate(column)
		return &date
	}
	if row.text("ground") != "" || row.text("outcome") != "" {
		c.Assessments = []sentra.Assessment{{
			Ground:  sentra.GroundKind(row.oneOf("ground", string(sentra.SupportSource), string(sentra.StrategicTheme), string(sentra.AffirmativeTheme))),
			Element: row.bounded("element", maxName), Outcome: sentra.AssessmentOutcome(row.oneOf("outcome", string(sentra.AssessmentMet), string(sentra.AssessmentNotMet))),
			Evidence: row.need("evidence", maxText), By: row.bounded("assessed_by", maxName), On: on("assessed_on"), Sources: sources,
		}}
	}
	if row.text("decision") != "" {
		c.Decision = &sentra.Decision{
			Outcome: sentra.DecisionOutcome(row.oneOf("decision", string(sentra.DecisionChosen), string(sentra.DecisionDeferred), string(sentra.DecisionNotChosen))),
			Reason:  row.bounded("reason", maxText), By: row.bounded("decided_by", maxName), On: on("decided_on"), Sources: sources,
		}
	}
	return c
}

func candidateFields(c *sentra.Candidate) []field {
	target, decision := "", ""
	if c.InitialTarget != nil {
		target = strconv.FormatBool(*c.InitialTarget)
	}
	words := func(parts ...any) string { return strings.Join(strings.Fields(fmt.Sprintln(parts...)), " ") }
	on := func(date *sentra.PartialDate) string {
		if date == nil {
			return ""
		}
		return date.String()
	}
	if d := c.Decision; d != nil {
		decision = words(d.Outcome, d.Reason, d.By, on(d.On))
	}
	assessments := make([]string, len(c.Assessments))
	for i := range c.Assessments {
		a := &c.Assessments[i]
		assessments[i] = words(a.Ground, a.Element, a.Outcome, a.Evidence, a.By, on(a.On), join(a.Sources))
	}
	return []field{{"named", c.Named}, {"initial_target", target}, {"assessments", strings.Join(assessments, "; ")}, {"decision", decision}, {"source", join(c.Sources)}}
}
