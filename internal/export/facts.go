package export

import (
	"fmt"
	"slices"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// factRow is what one source says about a region, with the region as of a day.
type factRow[T any] struct {
	fact T
	on   atlas.View
	lang words.Language
	// region is nil for the whole country.
	region *sentra.Region
	JoinKeysJSON
}

func newFactRow[T any](fact T, on atlas.View, lang words.Language, code sentra.RegionCode) *factRow[T] {
	region := on.Region(code)
	return &factRow[T]{fact, on, lang, region, joinKeys(on, region)}
}

// told returns a text of a source in the requested language.
func (r *factRow[T]) told(english, indonesian string) any {
	return optional(r.lang.Of(sentra.Text{English: english, Indonesian: indonesian}))
}

// name returns the name of a region on the day of the row.
func (r *factRow[T]) name(region *sentra.Region) any {
	if region == nil {
		return nil
	}
	return r.on.NameOn(region)
}

// province is the province of the row's region on the day; nil for the whole country.
func (r *factRow[T]) province() *sentra.Region {
	if r.region == nil {
		return nil
	}
	return r.on.Region(r.on.Province(r.region.Code))
}

// joinColumns have every key by which the region of a fact can be joined. whole
// reports whether there are facts about the whole country, which have no region.
func joinColumns[T any](whole bool) []column[*factRow[T]] {
	return []column[*factRow[T]]{
		{Column{Name: "regionCode", Type: Text, Nullable: whole, Description: "The official code (kode Kemendagri) of the region; empty for the whole country."},
			func(r *factRow[T]) any { return pointer(r.Code) }},
		{Column{Name: "regionName", Type: Text, Nullable: whole, Description: "Its official name on the day."},
			func(r *factRow[T]) any { return r.name(r.region) }},
		{Column{Name: "bpsCode", Type: Text, Nullable: true, Description: "Its code of Statistics Indonesia (BPS) on the day."},
			func(r *factRow[T]) any { return pointer(r.BPSCode) }},
		{Column{Name: "isoCode", Type: Text, Nullable: true, Description: "Its code of ISO 3166-2 on the day, which only provinces have."},
			func(r *factRow[T]) any { return pointer(r.ISOCode) }},
		{Column{Name: "pCode", Type: Text, Nullable: true, Description: "Its P-code of OCHA on the day."},
			func(r *factRow[T]) any { return pointer(r.PCode) }},
		{Column{Name: "provinceCode", Type: Text, Nullable: true, Description: "The code of its province on the day, or its own."},
			func(r *factRow[T]) any {
				if province := r.province(); province != nil {
					return string(province.Code)
				}
				return nil
			}},
		{Column{Name: "provinceName", Type: Text, Nullable: true, Description: "That province's name on the day."},
			func(r *factRow[T]) any { return r.name(r.province()) }},
		{Column{Name: "asOf", Type: Day, Description: "The day of the region."},
			func(r *factRow[T]) any { return r.on.Day.String() }},
	}
}

func idColumn[T any](id func(T) string) []column[*factRow[T]] {
	return []column[*factRow[T]]{{Column{Name: "id", Type: Text, Description: "Identifies the row; stable."}, func(r *factRow[T]) any { return id(r.fact) }}}
}

func confidenceColumn[T any](of func(T) sentra.Confidence) column[*factRow[T]] {
	return column[*factRow[T]]{Column{Name: "confidence", Type: Text, Values: confidences(), Description: "How it is known."},
		func(r *factRow[T]) any { return string(of(r.fact)) }}
}

func sourcesColumn[T any](of func(T) []sentra.SourceID) column[*factRow[T]] {
	return column[*factRow[T]]{Column{Name: "sources", Type: SourceList, Description: "Where it was read."},
		func(r *factRow[T]) any { return union(of(r.fact)) }}
}

// facts describes a layer whose rows are facts about regions.
type facts[T any] struct {
	columns []column[*factRow[T]]
	id      func(T) string
	region  func(T) sentra.RegionCode
}

// table returns facts as rows.
func (f facts[T]) table(on atlas.View, lang words.Language, list []T) *table {
	return &table{columns: described(f.columns), count: len(list), id: func(i int) string { return f.id(list[i]) },
		row: func(i int) row {
			r := newFactRow(list[i], on, lang, f.region(list[i]))
			out := row{id: f.id(list[i]), nowhere: r.region == nil, value: func(c int) any { return f.columns[c].value(r) }}
			if r.region != nil {
				out.point = on.LabelPoint(r.region)
			}
			return out
		}}
}

func supportFacts() facts[*sentra.Support] {
	type r = *factRow[*sentra.Support]
	id := func(s *sentra.Support) string { return s.ID }
	return facts[*sentra.Support]{id: id, region: func(s *sentra.Support) sentra.RegionCode { return s.Region }, columns: slices.Concat(
		idColumn(id), joinColumns[*sentra.Support](true), []column[r]{
			{Column{Name: "fund", Type: Text, Nullable: true, Values: values(sentra.Funds[:]), Description: "The fund it came from; empty if the source does not say."},
				func(r r) any { return optional(r.fact.Fund) }},
			{Column{Name: "year", Type: Integer, Nullable: true, Description: "The budget year; empty if the source does not say."},
				func(r r) any { return year(r.fact.Year) }},
			{Column{Name: "amount", Type: Number, Nullable: true, Description: "The amount in rupiah, to the 15 digits of a spreadsheet's number. Sources that contradict each other have a row each, so check before adding up amounts."},
				func(r r) any {
					if r.fact.Amount == nil {
						return nil
					}
					return r.fact.Amount.InexactFloat64()
				}},
			{Column{Name: "amountExact", Type: Text, Nullable: true, Description: "The exact amount in rupiah."},
				func(r r) any {
					if r.fact.Amount == nil {
						return nil
					}
					return r.fact.Amount.String()
				}},
			{Column{Name: "clusterKey", Type: Text, Nullable: true, Description: "The key of the cluster that it was for; empty where not said."},
				func(r r) any {
					if c := r.on.ClusterOf(r.fact); c != nil {
						return c.Key
					}
					return nil
				}},
			{Column{Name: "product", Type: Text, Nullable: true, Description: "The key of the product that it was for; empty where not said."},
				func(r r) any { return optional(r.fact.Product) }},
			{Column{Name: "place", Type: Text, Nullable: true, Description: "The place in words."},
				func(r r) any { return optional(r.fact.Place) }},
			{Column{Name: "purpose", Type: Text, Nullable: true, Description: "What it was for, and what else the source says about it."},
				func(r r) any { return r.told(r.fact.Purpose, r.fact.PurposeID) }},
			confidenceColumn(func(s *sentra.Support) sentra.Confidence { return s.Confidence }),
			sourcesColumn(func(s *sentra.Support) []sentra.SourceID { return s.Sources }),
		})}
}

func facilitatorFacts() facts[*sentra.Facilitators] {
	type r = *factRow[*sentra.Facilitators]
	id := func(f *sentra.Facilitators) string { return f.ID }
	return facts[*sentra.Facilitators]{id: id, region: func(f *sentra.Facilitators) sentra.RegionCode { return f.Region }, columns: slices.Concat(
		idColumn(id), joinColumns[*sentra.Facilitators](true), []column[r]{
			{Column{Name: "kind", Type: Text, Values: values([]sentra.FacilitatorKind{sentra.FacilitatorTPL, sentra.FacilitatorConsultant}), Description: "TPL: field extension workers (tenaga penyuluh lapangan); CONSULTANT: consultants, such as those placed in a cluster."},
				func(r r) any { return string(r.fact.Kind) }},
			{Column{Name: "year", Type: Integer, Nullable: true, Description: "The year; empty if the source does not say."},
				func(r r) any { return year(r.fact.Year) }},
			{Column{Name: "count", Type: Integer, Description: "How many people. Counts of different sources count different things."},
				func(r r) any { return r.fact.Count }},
			{Column{Name: "note", Type: Text, Nullable: true, Description: "What the source says about those counted."},
				func(r r) any { return r.told(r.fact.Note, r.fact.NoteID) }},
			confidenceColumn(func(f *sentra.Facilitators) sentra.Confidence { return f.Confidence }),
			sourcesColumn(func(f *sentra.Facilitators) []sentra.SourceID { return f.Sources }),
		})}
}

// candidateFacts is the candidates of phases, with their assessments and decisions.
func candidateFacts() facts[*sentra.Candidate] {
	type r = *factRow[*sentra.Candidate]
	id := func(c *sentra.Candidate) string { return c.EntityID() }
	decision := func(r r) sentra.Decision {
		if r.fact.Decision == nil {
			return sentra.Decision{}
		}
		return *r.fact.Decision
	}
	return facts[*sentra.Candidate]{id: id, region: func(c *sentra.Candidate) sentra.RegionCode { return c.Region }, columns: slices.Concat(
		idColumn(id), []column[r]{
			{Column{Name: "phase", Type: Text, Description: "The key of the phase that considered the region."},
				func(r r) any { return r.fact.Phase }},
		}, joinColumns[*sentra.Candidate](false), []column[r]{
			{Column{Name: "named", Type: Text, Nullable: true, Description: "The region as the source names it."},
				func(r r) any { return optional(r.fact.Named) }},
			{Column{Name: "initialTarget", Type: Boolean, Nullable: true, Description: "Whether it was an initial target; empty if the source names none."},
				func(r r) any { return pointer(r.fact.InitialTarget) }},
			{Column{Name: "assessments", Type: TextList, Description: "How each element of the grounds was assessed: ground, element, outcome and evidence. Elements that no source mentions are left out."},
				func(r r) any {
					out := []string{}
					for _, a := range r.fact.Assessments {
						of := string(a.Ground)
						if a.Element != "" {
							of += " (" + a.Element + ")"
						}
						out = append(out, fmt.Sprintf("%s: %s, %s", of, a.Outcome, a.Evidence))
					}
					return out
				}},
			{Column{Name: "decision", Type: Text, Nullable: true, Values: values([]sentra.DecisionOutcome{sentra.DecisionChosen, sentra.DecisionDeferred, sentra.DecisionNotChosen}), Description: "What was decided; empty if no source says."},
				func(r r) any { return optional(decision(r).Outcome) }},
			{Column{Name: "decisionReason", Type: Text, Nullable: true, Description: "Why; empty if the source states no reason."},
				func(r r) any { return optional(decision(r).Reason) }},
			{Column{Name: "decisionBy", Type: Text, Nullable: true, Description: "Who decided."},
				func(r r) any { return optional(decision(r).By) }},
			{Column{Name: "decisionOn", Type: Text, Nullable: true, Description: "The day, month or year of the decision."},
				func(r r) any { return partial(decision(r).On) }},
			{Column{Name: "sources", Type: SourceList, Description: "Where the candidate, its assessments and the decision were read."},
				func(r r) any {
					lists := [][]sentra.SourceID{r.fact.Sources, decision(r).Sources}
					for _, a := range r.fact.Assessments {
						lists = append(lists, a.Sources)
					}
					return union(lists...)
				}},
		})}
}

func nameFacts() facts[*sentra.RegionName] {
	type r = *factRow[*sentra.RegionName]
	id := func(n *sentra.RegionName) string { return fmt.Sprintf("%s:%s:%s", n.Region, n.Kind, n.Name) }
	return facts[*sentra.RegionName]{id: id, region: func(n *sentra.RegionName) sentra.RegionCode { return n.Region }, columns: slices.Concat(
		idColumn(id), joinColumns[*sentra.RegionName](false), []column[r]{
			{Column{Name: "name", Type: Text, Description: "A name of the region other than its current official name."},
				func(r r) any { return r.fact.Name }},
			{Column{Name: "kind", Type: Text, Values: values([]sentra.RegionNameKind{sentra.NameFormer, sentra.NameVariant}), Description: "FORMER: it was the official name; VARIANT: another way of writing it."},
				func(r r) any { return string(r.fact.Kind) }},
			{Column{Name: "from", Type: Text, Nullable: true, Description: "The day, month or year from which a former name was in force; empty where not known."},
				func(r r) any { return partial(r.fact.From) }},
			{Column{Name: "to", Type: Text, Nullable: true, Description: "The day, month or year until which it was in force."},
				func(r r) any { return partial(r.fact.To) }},
			{Column{Name: "law", Type: Text, Nullable: true, Description: "The regulation that ended it."},
				func(r r) any { return optional(r.fact.Law) }},
			confidenceColumn(func(n *sentra.RegionName) sentra.Confidence { return n.Confidence }),
			sourcesColumn(func(n *sentra.RegionName) []sentra.SourceID { return n.Sources }),
		})}
}

func codeFacts() facts[*sentra.OfficialCode] {
	type r = *factRow[*sentra.OfficialCode]
	id := func(c *sentra.OfficialCode) string {
		id := fmt.Sprintf("%s:%s:%s", c.Region, c.System, c.Value)
		if c.Validity.From != nil {
			id += ":" + c.Validity.From.String()
		}
		return id
	}
	return facts[*sentra.OfficialCode]{id: id, region: func(c *sentra.OfficialCode) sentra.RegionCode { return c.Region }, columns: slices.Concat(
		idColumn(id), joinColumns[*sentra.OfficialCode](false), []column[r]{
			{Column{Name: "system", Type: Text, Values: values(sentra.CodeSystems[:]), Description: "The system of the code."},
				func(r r) any { return string(r.fact.System) }},
			{Column{Name: "code", Type: Text, Description: "The code in that system."},
				func(r r) any { return r.fact.Value }},
			{Column{Name: "from", Type: Day, Nullable: true, Description: "The first day on which the region had it; empty where not known."},
				func(r r) any { return day(r.fact.Validity.From) }},
			{Column{Name: "to", Type: Day, Nullable: true, Description: "The last day; empty while it has it."},
				func(r r) any { return day(r.fact.Validity.To) }},
			sourcesColumn(func(c *sentra.OfficialCode) []sentra.SourceID { return c.Sources }),
		})}
}

// partial returns nil for an unknown date.
func partial(d *sentra.PartialDate) any {
	if d == nil {
		return nil
	}
	return d.String()
}

// factTable returns the rows of a layer of facts. An invalid filter is a
// BAD_USER_INPUT whose path begins with filter.
func factTable(on atlas.View, request *Request) (*table, error) {
	data := on.Data
	switch request.Layer {
	case Supports:
		list, err := on.Supports(request.Supports)
		if err != nil {
			return nil, err
		}
		return supportFacts().table(on, request.Lang, list.Hits()), nil
	case Facilitators:
		return facilitatorFacts().table(on, request.Lang, pointers(data.Facilitators)), nil
	case Candidates:
		return candidateFacts().table(on, request.Lang, pointers(data.Candidates)), nil
	case Names:
		return nameFacts().table(on, request.Lang, pointers(data.Names)), nil
	}
	return codeFacts().table(on, request.Lang, pointers(data.Codes)), nil
}

func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}
