package ogc

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/cql"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// The languages of filters. The second is the name of the first in drafts of the
// standard, which some clients, such as GDAL 3.6, still use.
const (
	languageCQL2     = "cql2-text"
	languageCQLDraft = "cql-text"
)

// geometryName is the name of a feature's geometry in filters.
const geometryName = "geometry"

// maxGeometries is the maximum number of geometries in a filter.
const maxGeometries = 10

// rowTest evaluates a condition for a row. It is unknown if the record does not
// decide it, and so is its negation.
type rowTest func(row export.Row) sentra.Truth

// filterTest parses the filter parameters; nil if there are none. The path of an
// error begins with the parameter.
func (s *Site) filterTest(ctx context.Context, c *Collection, columns []export.Column) (rowTest, error) {
	if language := s.rest.Get("filter-lang"); s.rest.Has("filter-lang") && language != languageCQL2 && language != languageCQLDraft {
		return nil, sentra.BadInput("filter-lang", "the filter language %.40q is not supported; give %s", language, languageCQL2)
	}
	latFirst, err := s.crs("filter-crs")
	if err != nil || !s.rest.Has("filter") {
		return nil, err
	}
	node, err := cql.Parse(s.rest.Get("filter"))
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	compiler := &filterCompiler{ctx: ctx, site: s, collection: c, columns: columns, latFirst: latFirst}
	test, err := compiler.test(node)
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	return test, nil
}

// filterCompiler compiles the parts of a filter.
type filterCompiler struct {
	ctx        context.Context
	site       *Site
	collection *Collection
	columns    []export.Column
	latFirst   bool
	geometries int
}

func (c *filterCompiler) test(node cql.Node) (rowTest, error) {
	switch n := node.(type) {
	case cql.And:
		return c.all(n, sentra.True, sentra.Truth.And)
	case cql.Or:
		return c.all(n, sentra.False, sentra.Truth.Or)
	case cql.Not:
		inner, err := c.test(n.Of)
		return func(row export.Row) sentra.Truth { return inner(row).Not() }, err
	case cql.Constant:
		return func(export.Row) sentra.Truth { return sentra.TruthOf(bool(n)) }, nil
	case cql.Compare:
		return c.compare(n)
	case cql.Between:
		low, err := c.compare(cql.Compare{Property: n.Property, Operator: cql.GreaterEqual, Value: n.Low})
		if err != nil {
			return nil, err
		}
		high, err := c.compare(cql.Compare{Property: n.Property, Operator: cql.LessEqual, Value: n.High})
		return func(row export.Row) sentra.Truth { return low(row).And(high(row)) }, err
	case cql.In:
		choices := make([]cql.Node, len(n.Values))
		for i, value := range n.Values {
			choices[i] = cql.Compare{Property: n.Property, Operator: cql.Equal, Value: value}
		}
		return c.all(choices, sentra.False, sentra.Truth.Or)
	case cql.Like:
		return c.like(n)
	case cql.IsNull:
		at, _, err := c.column(n.Property)
		return func(row export.Row) sentra.Truth { return sentra.TruthOf(row.Value(at) == nil) }, err
	case cql.List:
		return c.list(n)
	case cql.Intersects:
		return c.intersects(n)
	}
	return nil, sentra.BadInput("", "a part of the filter is not known here")
}

func (c *filterCompiler) all(parts []cql.Node, start sentra.Truth, join func(a, b sentra.Truth) sentra.Truth) (rowTest, error) {
	tests := make([]rowTest, len(parts))
	for i, part := range parts {
		var err error
		if tests[i], err = c.test(part); err != nil {
			return nil, err
		}
	}
	return func(row export.Row) sentra.Truth {
		truth := start
		for _, test := range tests {
			// The result is final: later operands cannot change it.
			if truth = join(truth, test(row)); truth == start.Not() {
				break
			}
		}
		return truth
	}, nil
}

// column finds the column of a property.
func (c *filterCompiler) column(property cql.Property) (int, export.Column, error) {
	at := slices.IndexFunc(c.columns, func(column export.Column) bool { return column.Name == property.Name && filterable(column) })
	if at < 0 {
		names := []string{}
		for _, column := range c.columns {
			if filterable(column) {
				names = append(names, column.Name)
			}
		}
		return 0, export.Column{}, sentra.BadInput("", "%s have no property %.40q; the properties are %s", c.collection.ID, property.Name, strings.Join(names, ", "))
	}
	if column := c.columns[at]; !property.Fold || column.Type == export.Text {
		return at, column, nil
	}
	return 0, export.Column{}, sentra.BadInput("", "CASEI needs a text, and %s is not one", property.Name)
}

// filterable reports whether a column can be used in filters, which sources cannot.
func filterable(column export.Column) bool {
	return !column.Optional && column.Type != export.SourceList
}

// operand checks that a value can be compared with a column, and converts it to the
// type of the column: a string, float64 or bool.
func operand(column export.Column, value cql.Value) (any, error) {
	switch of := value.Of.(type) {
	case string:
		switch {
		case column.Type == export.Day:
			if _, err := sentra.ParseDate(of); err != nil {
				return nil, sentra.BadInput("", "%s is a date; %.40q is not one", column.Name, of)
			}
			return of, nil
		case column.Type == export.Text && !value.Date:
			return of, nil
		}
	case float64:
		if column.Type == export.Integer || column.Type == export.Number {
			return of, nil
		}
	case bool:
		if column.Type == export.Boolean {
			return of, nil
		}
	}
	forms := map[export.ColumnType]string{export.Text: "a text in single quotes", export.Day: "a day, such as DATE('2017-12-25')",
		export.Integer: "a number", export.Number: "a number", export.Boolean: "TRUE or FALSE", export.TextList: "a list; write A_CONTAINS(" + column.Name + ", ('…'))"}
	return nil, sentra.BadInput("", "%s is %s", column.Name, forms[column.Type])
}

func fold(text string, folded bool) string {
	if folded {
		return strings.ToLower(text)
	}
	return text
}

func (c *filterCompiler) compare(n cql.Compare) (rowTest, error) {
	at, column, err := c.column(n.Property)
	if err != nil {
		return nil, err
	}
	value, err := operand(column, n.Value)
	if err != nil {
		return nil, err
	}
	wanted, isText := value.(string)
	if column.Values != nil && !n.Fold && !slices.Contains(column.Values, wanted) {
		return nil, sentra.BadInput("", "%s is one of %s, never %.40q", column.Name, strings.Join(column.Values, ", "), wanted)
	}
	wanted = fold(wanted, n.Fold)
	// If it is not known whether a region is affirmative, it is not known whether its
	// answer differs from YES either.
	answers, asksForIt := slices.Contains(column.Values, string(sentra.NotCovered)), strings.EqualFold(wanted, string(sentra.NotCovered))
	return func(row export.Row) sentra.Truth {
		var order int
		switch have := row.Value(at).(type) {
		case nil:
			return sentra.Unknown
		case string:
			if answers && have == string(sentra.NotCovered) && !asksForIt {
				return sentra.Unknown
			}
			order = strings.Compare(fold(have, n.Fold), wanted)
		case bool:
			if have != value {
				order = 1
			}
		default:
			order = cmp.Compare(number(have), number(value))
		}
		return sentra.TruthOf(holds(n.Operator, order))
	}, orderable(n.Operator, column, isText)
}

// orderable rejects comparisons of values without an order.
func orderable(operator cql.Operator, column export.Column, isText bool) error {
	if operator == cql.Equal || operator == cql.Unequal || column.Type != export.Boolean && (column.Values == nil || !isText) {
		return nil
	}
	return sentra.BadInput("", "%s has no order; compare it by = or <>", column.Name)
}

func holds(operator cql.Operator, order int) bool {
	switch operator {
	case cql.Equal:
		return order == 0
	case cql.Unequal:
		return order != 0
	case cql.Less:
		return order < 0
	case cql.LessEqual:
		return order <= 0
	case cql.Greater:
		return order > 0
	}
	return order >= 0
}

func number(value any) float64 {
	switch v := value.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

func (c *filterCompiler) like(n cql.Like) (rowTest, error) {
	at, column, err := c.column(n.Property)
	if err != nil {
		return nil, err
	}
	if column.Type != export.Text {
		return nil, sentra.BadInput("", "LIKE needs a text, and %s is not one", column.Name)
	}
	pattern, err := regexp.Compile(expression(fold(n.Pattern, n.Fold)))
	if err != nil {
		return nil, sentra.BadInput("", "the pattern of LIKE cannot be read")
	}
	return func(row export.Row) sentra.Truth {
		text, known := row.Value(at).(string)
		if !known {
			return sentra.Unknown
		}
		return sentra.TruthOf(pattern.MatchString(fold(text, n.Fold)))
	}, nil
}

// expression converts a LIKE pattern to a regular expression.
func expression(pattern string) string {
	var out strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			out.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
			continue
		case r == '\\':
			escaped = true
		case r == '%':
			out.WriteString(".*")
		case r == '_':
			out.WriteString(".")
		default:
			out.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return "(?s)^(?:" + out.String() + ")$"
}

func (c *filterCompiler) list(n cql.List) (rowTest, error) {
	at, column, err := c.column(n.Property)
	if err != nil {
		return nil, err
	}
	if column.Type != export.TextList {
		return nil, sentra.BadInput("", "%s needs a list, and %s is not one", n.Operator, column.Name)
	}
	var wanted []string
	for _, value := range n.Values {
		text, ok := value.Of.(string)
		if !ok || value.Date {
			return nil, sentra.BadInput("", "%s holds texts; write them in single quotes", column.Name)
		}
		wanted = append(wanted, text)
	}
	within := func(all, of []string) bool {
		return !slices.ContainsFunc(of, func(one string) bool { return !slices.Contains(all, one) })
	}
	return func(row export.Row) sentra.Truth {
		have, _ := row.Value(at).([]string)
		switch n.Operator {
		case cql.ListContains:
			return sentra.TruthOf(within(have, wanted))
		case cql.ListContainedBy:
			return sentra.TruthOf(within(wanted, have))
		case cql.ListEquals:
			return sentra.TruthOf(within(have, wanted) && within(wanted, have))
		}
		return sentra.TruthOf(slices.ContainsFunc(wanted, func(one string) bool { return slices.Contains(have, one) }))
	}, nil
}

// intersects queries the atlas, which has indexes, once for all features.
func (c *filterCompiler) intersects(n cql.Intersects) (rowTest, error) {
	if n.Name != geometryName {
		return nil, sentra.BadInput("", "S_INTERSECTS needs the property %s", geometryName)
	}
	if c.geometries++; c.geometries > maxGeometries {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "the filter compares with more than %d geometries", maxGeometries)
	}
	var box *sentra.BBox
	var polygons orb.MultiPolygon
	if n.Box != nil {
		box = boxOf(*n.Box, c.latFirst)
		if err := geo.CheckBBox(*box); err != nil {
			return nil, err
		}
	} else {
		var err error
		if polygons, err = checked(n.Polygons, c.latFirst); err != nil {
			return nil, err
		}
	}
	if c.collection.layer.OfFacts() {
		bound := polygons.Bound()
		return func(row export.Row) sentra.Truth {
			switch place, known := row.Place(); {
			case !known:
				return sentra.Unknown
			case box != nil:
				return sentra.TruthOf(geo.InBBox(*box, place))
			default:
				return sentra.TruthOf(bound.Contains(place) && geo.Contains(polygons, place))
			}
		}, nil
	}
	truths, err := c.collection.meeting(c.ctx, c.site, box, polygons)
	if err != nil {
		return nil, named(err)
	}
	return func(row export.Row) sentra.Truth {
		if truth, found := truths[row.ID()]; found {
			return truth
		}
		return sentra.False
	}, nil
}

// boxOf returns a box from four numbers: west, south, east, north, or with latitudes
// first.
func boxOf(edges [4]float64, latFirst bool) *sentra.BBox {
	if latFirst {
		edges = [4]float64{edges[1], edges[0], edges[3], edges[2]}
	}
	return &sentra.BBox{West: edges[0], South: edges[1], East: edges[2], North: edges[3]}
}

// checked validates polygons for a query.
func checked(polygons orb.MultiPolygon, latFirst bool) (orb.MultiPolygon, error) {
	if latFirst {
		polygons = export.Swapped(polygons)
	}
	data, err := geojson.NewGeometry(polygons).MarshalJSON()
	if err != nil {
		return nil, sentra.BadInput("", "the polygon cannot be read")
	}
	return geo.ParsePolygon(data)
}
