package export

import (
	"math"
	"slices"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ColumnType is the type of a column's values.
type ColumnType string

const (
	Text    ColumnType = "string"
	Day     ColumnType = "date"
	Integer ColumnType = "integer"
	Number  ColumnType = "number"
	Boolean ColumnType = "boolean"
	// TextList is a list of texts, joined by "; " in a CSV.
	TextList ColumnType = "list"
	// SourceList cites sources: by id if the file lists them once, else in full.
	SourceList ColumnType = "sources"
)

// Column describes a column of a CSV, which is also a property of a GeoJSON Feature.
type Column struct {
	// Name is the same as in GraphQL if GraphQL has the field.
	Name string
	Type ColumnType
	// Values are all values of an enumeration; nil for other columns.
	Values []string
	// Nullable means that a value may be missing: null, and in a CSV an empty cell.
	Nullable bool
	// Optional means that the column exists only with certain filters.
	Optional    bool
	Description string
}

// column is a column with a function that returns its value for a row: nil, string,
// int, float64, bool, []string or []sentra.SourceID, depending on Type.
type column[R any] struct {
	Column
	value func(R) any
}

func described[R any](columns []column[R]) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		out[i] = c.Column
	}
	return out
}

// given drops the optional columns that are not named.
func given[R any](columns []column[R], names ...string) []column[R] {
	return slices.DeleteFunc(columns, func(c column[R]) bool { return c.Optional && !slices.Contains(names, c.Name) })
}

func values[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}

func answers() []string {
	return values([]sentra.Answer{sentra.Yes, sentra.No, sentra.NotCovered})
}

func confidences() []string {
	return values([]sentra.Confidence{sentra.Listed, sentra.Inferred, sentra.Partial})
}

// optional returns nil for an empty text.
func optional[T ~string](text T) any {
	if text == "" {
		return nil
	}
	return string(text)
}

// day returns nil for an unknown day.
func day(d *sentra.Date) any {
	if d == nil {
		return nil
	}
	return d.String()
}

// pointer returns nil for an unknown value.
func pointer[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

func round(degrees float64, detail geo.Detail) float64 {
	factor := math.Pow10(detail.Places)
	return math.Round(degrees*factor) / factor
}

// union returns the elements of all lists without duplicates, in order.
func union[T comparable](lists ...[]T) []T {
	out := []T{}
	for _, list := range lists {
		for _, item := range list {
			if !slices.Contains(out, item) {
				out = append(out, item)
			}
		}
	}
	return out
}

// judged is a row that may be affirmative, with one status per region.
type judged interface {
	statuses(kind sentra.DesignationKind) []sentra.AffirmativeStatus
	overall() (sentra.Answer, sentra.Confidence)
}

// affirmativeColumns have the answer for any kind, and for each kind the answer with
// its evidence.
func affirmativeColumns[R judged](of string) []column[R] {
	columns := []column[R]{
		{Column{Name: "affirmative", Type: Text, Values: answers(), Description: "Whether " + of + " is affirmative on the day: YES if any kind is YES, NO only if every kind is NO; NOT_COVERED is not the same as NO."},
			func(r R) any { answer, _ := r.overall(); return string(answer) }},
		{Column{Name: "affirmativeConfidence", Type: Text, Values: confidences(), Nullable: true, Description: "How the answer is known; empty when not covered."},
			func(r R) any { _, confidence := r.overall(); return optional(confidence) }},
	}
	for _, kind := range []struct {
		kind       sentra.DesignationKind
		name, what string
	}{{sentra.Disadvantaged, "disadvantaged", "disadvantaged (daerah tertinggal)"}, {sentra.Border, "border", "a border region (perbatasan)"}} {
		columns = append(columns,
			column[R]{Column{Name: kind.name, Type: Text, Values: answers(), Description: "Whether " + of + " is " + kind.what + " on the day."},
				func(r R) any { answer, _ := sentra.AnyOf(r.statuses(kind.kind)); return string(answer) }},
			column[R]{Column{Name: kind.name + "Confidence", Type: Text, Values: confidences(), Nullable: true, Description: "How that is known; empty when not covered."},
				func(r R) any { _, confidence := sentra.AnyOf(r.statuses(kind.kind)); return optional(confidence) }},
			column[R]{Column{Name: kind.name + "Regulations", Type: TextList, Description: "The regulations that designate it: the evidence for a yes."},
				func(r R) any {
					regulations := []string{}
					for _, status := range r.statuses(kind.kind) {
						for _, d := range status.Designations {
							regulations = union(regulations, []string{d.Regulation})
						}
					}
					return regulations
				}},
			column[R]{Column{Name: kind.name + "Sources", Type: SourceList, Description: "Where the answer was read."},
				func(r R) any {
					var lists [][]sentra.SourceID
					for _, status := range r.statuses(kind.kind) {
						lists = append(lists, status.Sources())
					}
					return union(lists...)
				}})
	}
	return columns
}
