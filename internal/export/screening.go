package export

import (
	"context"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// usualWithin is the default distance in metres at which facilitators count as near.
const usualWithin = 100_000

// screenedRow is the outcomes for a regency or city, with their evidence.
type screenedRow struct {
	*atlas.Screened
	of           *atlas.Screening
	evidence     [len(sentra.ScreeningElements)]atlas.Evidence
	facilitators atlas.FacilitatorsNear
	metres       float64
}

// outcomeColumns have for each element whether it is met, and why.
func outcomeColumns() (columns []column[*factRow[*screenedRow]]) {
	type r = *factRow[*screenedRow]
	for i, element := range sentra.ScreeningElements {
		columns = append(columns,
			column[r]{Column{Name: element.Name(), Type: Text, Values: values(sentra.ScreeningOutcomes[:]), Description: "Whether the element " + string(element) + " of the ground " + string(element.Ground()) + " is met; NOT_KNOWN is not the same as NOT_MET."},
				func(r r) any { return string(sentra.OutcomeOf(r.fact.Outcomes[i])) }},
			column[r]{Column{Name: element.Name() + "Reason", Type: Text, Description: "Why, in one sentence."},
				func(r r) any { return r.lang.Say(r.fact.evidence[i].Reason(element, r.on.Day)) }})
	}
	return columns
}

// yearsOf returns the years of a fund; "" is support whose fund no source names.
func yearsOf(fund sentra.Fund) func(*factRow[*screenedRow]) any {
	return func(r *factRow[*screenedRow]) any {
		years := []string{}
		for _, of := range r.on.FundYears(r.region) {
			if of.Fund != fund {
				continue
			}
			for _, year := range of.Years {
				years = append(years, strconv.Itoa(year))
			}
			if of.NotStated {
				years = append(years, r.lang.Say(sentra.Say(sentra.MessageYearNotTold)))
			}
		}
		return years
	}
}

func screenedFacts() facts[*screenedRow] {
	type r = *factRow[*screenedRow]
	metres := func(r r) *float64 {
		if r.fact.facilitators.Nearest == nil {
			return nil
		}
		whole := math.Round(*r.fact.facilitators.Nearest.Metres)
		return &whole
	}
	return facts[*screenedRow]{
		id:     func(s *screenedRow) string { return string(s.Region.Code) },
		region: func(s *screenedRow) sentra.RegionCode { return s.Region.Code },
		columns: slices.Concat(joinColumns[*screenedRow](false), []column[r]{
			{Column{Name: "lower", Type: Number, Description: "The lowest that the score can be, 0 to 1: the share of the weights that is certainly met."},
				func(r r) any { return r.fact.Score.Lower }},
			{Column{Name: "upper", Type: Number, Description: "The highest that it can be: the share of the weights that is not known to be unmet."},
				func(r r) any { return r.fact.Score.Upper }},
		}, outcomeColumns(), []column[r]{
			{Column{Name: "apbnYears", Type: TextList, Description: "The years in which the region itself received money from APBN according to the sources; for a year that no source states it says so."}, yearsOf(sentra.FundAPBN)},
			{Column{Name: "deconcentrationYears", Type: TextList, Description: "The same for deconcentration funds."}, yearsOf(sentra.FundDeconcentration)},
			{Column{Name: "dakYears", Type: TextList, Description: "The same for DAK."}, yearsOf(sentra.FundDAK)},
			{Column{Name: "otherYears", Type: TextList, Description: "The same for money whose fund no source states."}, yearsOf("")},
			{Column{Name: "clusterKeys", Type: TextList, Description: "The keys of the clusters in the region that count."},
				func(r r) any {
					keys := []string{}
					for _, e := range r.fact.evidence {
						for _, c := range e.Clusters {
							keys = append(keys, c.Key)
						}
					}
					return keys
				}},
			{Column{Name: "nearestClusters", Type: TextList, Description: "The keys of the three nearest clusters outside the region that count, nearest first."},
				func(r r) any {
					keys := []string{}
					for _, near := range r.fact.of.NearestClusters(r.fact.Screened, 3) {
						keys = append(keys, near.Key)
					}
					return keys
				}},
			{Column{Name: "nearestClusterMetres", Type: Number, Nullable: true, Description: "The distance to the first of these, in metres on the sphere from the region's label point."},
				func(r r) any {
					for _, near := range r.fact.of.NearestClusters(r.fact.Screened, 1) {
						return math.Round(near.Metres)
					}
					return nil
				}},
			{Column{Name: "facilitators", Type: Text, Values: values([]sentra.ScreeningOutcome{sentra.ScreenedMet, sentra.ScreenedNotKnown}), Description: "MET if facilitators are known within the requested distance; otherwise NOT_KNOWN: the record does not hold all."},
				func(r r) any { return string(sentra.OutcomeOf(r.fact.facilitators.Outcome())) }},
			{Column{Name: "facilitatorsReason", Type: Text, Description: "Why, in one sentence."},
				func(r r) any { return r.lang.Say(r.fact.facilitators.Reason(r.fact.metres)) }},
			{Column{Name: "nearestFacilitatorsMetres", Type: Number, Nullable: true, Description: "The distance to the nearest that are known, in metres between label points; empty if none is known."},
				func(r r) any { return pointer(metres(r)) }},
			{Column{Name: "sources", Type: SourceList, Description: "The sources of the outcomes."},
				func(r r) any {
					var lists [][]sentra.SourceID
					for _, e := range r.fact.evidence {
						lists = append(lists, e.Sources())
					}
					for _, near := range r.fact.facilitators.Within {
						lists = append(lists, near.Sources)
					}
					if nearest := r.fact.facilitators.Nearest; nearest != nil {
						lists = append(lists, nearest.Sources)
					}
					return union(lists...)
				}},
		}),
	}
}

// screen returns the rows of a screening. An invalid query is a BAD_USER_INPUT whose
// path begins with the parameter.
func screen(ctx context.Context, on atlas.View, request *Request) (*table, int, error) {
	found, err := on.Screen(ctx, atlas.ScreeningQuestion{Product: request.Products, Weights: request.Weights, Filter: request.Regions, Order: sentra.ScreeningOrder(request.Order)})
	if err != nil {
		return nil, 0, err
	}
	list := make([]*screenedRow, len(found.Rows))
	for i := range found.Rows {
		if err := sentra.Ended(ctx, "while the reasons of the regions were gathered"); err != nil {
			return nil, 0, err
		}
		s := &screenedRow{Screened: &found.Rows[i], of: found, metres: request.Within}
		for e, element := range sentra.ScreeningElements {
			s.evidence[e] = found.Evidence(s.Screened, element)
		}
		s.facilitators = found.Facilitators(s.Screened, request.Within)
		list[i] = s
	}
	return screenedFacts().table(on, request.Lang, list), found.NotCovered, nil
}

// parseScreening parses the parameters that only a screening has.
func (r *Request) parseScreening(parameters url.Values) (err error) {
	if r.Layer != Screening {
		return nil
	}
	if text := parameters.Get("product"); text != "" {
		r.Products = strings.Split(text, ",")
	}
	if parameters.Has("weights") {
		var given map[string]*float64
		if err := json.Unmarshal([]byte(parameters.Get("weights")), &given); err != nil {
			return sentra.BadInput("weights", `the weights are not a JSON object of numbers; write it as {"dak": 2}`)
		}
		if r.Weights, err = sentra.NewWeights(given); err != nil {
			return sentra.In("weights", err)
		}
	}
	if r.Within = usualWithin; !parameters.Has("withinMetres") {
		return nil
	}
	if r.Within, err = strconv.ParseFloat(parameters.Get("withinMetres"), 64); err != nil {
		return sentra.BadInput("withinMetres", "%.40q is not a number", parameters.Get("withinMetres"))
	}
	return sentra.CheckWithin(r.Within)
}
