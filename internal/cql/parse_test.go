package cql_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/cql"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func named(name string) cql.Property { return cql.Property{Name: name} }

func text(of string) cql.Value { return cql.Value{Of: of} }

func number(of float64) cql.Value { return cql.Value{Of: of} }

func TestParse(t *testing.T) {
	yes := cql.Compare{Property: named("affirmative"), Operator: cql.Equal, Value: text("YES")}
	many := cql.Compare{Property: named("clusterCount"), Operator: cql.Greater, Value: number(3)}
	triangle := orb.MultiPolygon{{{{112, -8}, {114, -8}, {114, -7}, {112, -8}}}}
	for _, c := range []struct {
		text string
		want cql.Node
	}{
		{"affirmative = 'YES'", yes},
		{"affirmative='YES'", yes},
		{"'YES' = affirmative", yes},
		{"3 < clusterCount", many},
		{`"clusterCount" > 3.0`, many},
		{"affirmative = 'YES' AND clusterCount > 3", cql.And{yes, many}},
		// AND binds more tightly than OR, and NOT most.
		{"affirmative = 'YES' or clusterCount > 3 and affirmative = 'YES'", cql.Or{yes, cql.And{many, yes}}},
		{"NOT affirmative = 'YES' AND clusterCount > 3", cql.And{cql.Not{Of: yes}, many}},
		{"NOT (affirmative = 'YES' OR clusterCount > 3)", cql.Not{Of: cql.Or{yes, many}}},
		{"((affirmative = 'YES'))", yes},
		{"name = 'Pak Dul''s'", cql.Compare{Property: named("name"), Operator: cql.Equal, Value: text("Pak Dul's")}},
		{"name <> ''", cql.Compare{Property: named("name"), Operator: cql.Unequal, Value: text("")}},
		{"lat <= -7.5e0", cql.Compare{Property: named("lat"), Operator: cql.LessEqual, Value: number(-7.5)}},
		{"initialTarget = TRUE", cql.Compare{Property: named("initialTarget"), Operator: cql.Equal, Value: cql.Value{Of: true}}},
		{"true", cql.Constant(true)},
		{"FALSE OR affirmative = 'YES'", cql.Or{cql.Constant(false), yes}},
		{"name LIKE 'Kota%'", cql.Like{Property: named("name"), Pattern: "Kota%"}},
		{"CASEI(name) NOT LIKE CASEI('kota%')", cql.Not{Of: cql.Like{Property: cql.Property{Name: "name", Fold: true}, Pattern: "kota%"}}},
		{"firstYear BETWEEN 2015 AND 2017 AND clusterCount > 3", cql.And{cql.Between{Property: named("firstYear"), Low: number(2015), High: number(2017)}, many}},
		{"code NOT IN ('31', '32')", cql.Not{Of: cql.In{Property: named("code"), Values: []cql.Value{text("31"), text("32")}}}},
		{"validTo IS NULL", cql.IsNull{Property: named("validTo")}},
		{"validTo is not null", cql.Not{Of: cql.IsNull{Property: named("validTo")}}},
		{"validFrom >= DATE('2022-07-25')", cql.Compare{Property: named("validFrom"), Operator: cql.GreaterEqual, Value: cql.Value{Of: "2022-07-25", Date: true}}},
		{"date = 'x'", cql.Compare{Property: named("date"), Operator: cql.Equal, Value: text("x")}},
		{"A_CONTAINS(products, ('batik'))", cql.List{Property: named("products"), Operator: cql.ListContains, Values: []cql.Value{text("batik")}}},
		{"S_INTERSECTS(geometry, BBOX(112,-8,114,-7))", cql.Intersects{Property: named("geometry"), Box: &[4]float64{112, -8, 114, -7}}},
		{"S_INTERSECTS(geometry, BBOX(112,-8,0,114,-7,9))", cql.Intersects{Property: named("geometry"), Box: &[4]float64{112, -8, 114, -7}}},
		{"S_INTERSECTS(POINT(112.5 -7.5), geometry)", cql.Intersects{Property: named("geometry"), Box: &[4]float64{112.5, -7.5, 112.5, -7.5}}},
		{"s_intersects(geometry, POLYGON((112 -8, 114 -8, 114 -7, 112 -8))) AND clusterCount > 3",
			cql.And{cql.Intersects{Property: named("geometry"), Polygons: triangle}, many}},
		{"S_INTERSECTS(geometry,MULTIPOLYGON(((112 -8,114 -8,114 -7,112 -8))))", cql.Intersects{Property: named("geometry"), Polygons: triangle}},
	} {
		got, err := cql.Parse(c.text)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v, %v", c.text, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"":                                    "the filter ends where a property or a value is expected, at character 1",
		"name":                                "the filter ends where a comparison",
		"name = ":                             "the filter ends where a property or a value is expected, at character 8",
		"name = 'x":                           "the quote is never closed, at character 8",
		"name = \"x\"":                        "two properties are compared; one must be a value, in single quotes",
		"name == 'x'":                         `there is "=" where a property or a value is expected, at character 7`,
		"name = 'x' name = 'y'":               "AND, OR or the end is expected, at character 12",
		"(name = 'x'":                         "the filter ends where ) is expected",
		"name NOT = 'x'":                      "LIKE, BETWEEN or IN is expected",
		"name LIKE 3":                         "LIKE needs a pattern",
		"name IN ()":                          "a property or a value is expected",
		"1 = 2":                               "two values are compared",
		"a = 1e999":                           "is not a number",
		"a = 1.2.3":                           "is not a number",
		"a = DATE('2017-13-01')":              "is not a date",
		"a ; b":                               `is not expected here`,
		"S_WITHIN(geometry, POINT(1 2))":      "predicate is S_INTERSECTS",
		"S_INTERSECTS(geometry, geometry)":    "needs a property and a geometry",
		"S_INTERSECTS(POINT(1 2),POINT(1 2))": "needs a property and a geometry",
		"S_INTERSECTS(geometry, LINESTRING(1 2,3 4))": "LINESTRING is not supported",
		"S_INTERSECTS(geometry, POLYGON((1 2)":        "cannot be read",
		"S_INTERSECTS(geometry, BBOX(1,2,3))":         "BBOX needs the four numbers",
		"CASEI(3) = 'x'":                              "CASEI needs a text",
		"T_AFTER(a, DATE('2017-01-01'))":              "T_AFTER is not supported",
	} {
		got, err := cql.Parse(text)
		if err == nil || sentra.ErrorCode(err) != sentra.CodeBadUserInput || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %#v, %v", text, got, err)
		}
	}
	for _, text := range []string{strings.Repeat("(", 60) + "a = 1" + strings.Repeat(")", 60), strings.Repeat("NOT ", 60) + "a = 1", "a = '" + strings.Repeat("x", cql.MaxLength) + "'"} {
		if _, err := cql.Parse(text); sentra.ErrorCode(err) != sentra.CodeLimitExceeded {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}

// Any text is rejected with a code or parsed.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"a = 'b' AND NOT (c IN (1, 2) OR d IS NULL)", "S_INTERSECTS(g, POLYGON((1 2,3 4,5 6,1 2)))", "a NOT BETWEEN DATE('2017-01-01') AND 3",
		"CASEI(a) LIKE CASEI('%x\\_')", "A_OVERLAPS(a, ('b', 'c'))", "\"a\"\"b\" <= -1.5E-3", "S_INTERSECTS(BBOX(1,2,3,4),g)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		node, err := cql.Parse(text)
		switch code := sentra.ErrorCode(err); {
		case err == nil && node == nil:
			t.Errorf("%q gives nothing", text)
		case err != nil && code != sentra.CodeBadUserInput && code != sentra.CodeLimitExceeded:
			t.Errorf("%q: %v", text, err)
		}
	})
}
