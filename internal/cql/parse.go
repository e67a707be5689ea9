package cql

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MaxLength is the maximum length of a filter in bytes, MaxDepth the maximum nesting
// of parentheses and NOT.
const (
	MaxLength = 64 << 10
	MaxDepth  = 50
)

// Parse parses a filter. The error is a BAD_USER_INPUT with the position, or a
// LIMIT_EXCEEDED.
func Parse(text string) (Node, error) {
	if len(text) > MaxLength {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "the filter has %d bytes; at most %d are read", len(text), MaxLength)
	}
	p := &parser{text: text}
	if err := p.next(); err != nil {
		return nil, err
	}
	node, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token.kind != end {
		return nil, p.expected("AND, OR or the end")
	}
	return node, nil
}

type kind int

const (
	end kind = iota
	// word is a keyword or a property's name, quoted a name in double quotes.
	word
	quoted
	literal
	number
	// sign is punctuation or an operator.
	sign
)

type token struct {
	kind kind
	// text is the token without quotes, and for a word as written.
	text string
	at   int
}

type parser struct {
	text string
	// at is the position after the token.
	at    int
	token token
	depth int
}

// bad returns an error at a position, counted from 1.
func bad(at int, format string, arguments ...any) error {
	return sentra.BadInput("", "%s, at character %d", fmt.Sprintf(format, arguments...), at+1)
}

func (p *parser) expected(what string) error {
	if p.token.kind == end {
		return bad(p.token.at, "the filter ends where %s is expected", what)
	}
	return bad(p.token.at, "there is %.40q where %s is expected", p.token.text, what)
}

func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// next reads the following token.
func (p *parser) next() error {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	begin := p.at
	if begin == len(p.text) {
		p.token = token{kind: end, at: begin}
		return nil
	}
	c := p.text[begin]
	take := func(of kind, more func(c byte) bool) {
		for p.at++; p.at < len(p.text) && more(p.text[p.at]); p.at++ {
		}
		p.token = token{of, p.text[begin:p.at], begin}
	}
	switch {
	case letter(c):
		take(word, func(c byte) bool { return letter(c) || digit(c) || c == '.' || c == ':' })
	case digit(c) || (c == '.' || c == '-' || c == '+') && begin+1 < len(p.text) && (digit(p.text[begin+1]) || p.text[begin+1] == '.'):
		take(number, func(c byte) bool {
			return digit(c) || c == '.' || c == 'e' || c == 'E' || (c == '-' || c == '+') && (p.text[p.at-1] == 'e' || p.text[p.at-1] == 'E')
		})
	case c == '\'' || c == '"':
		return p.quote(c)
	case strings.HasPrefix(p.text[begin:], "<>") || strings.HasPrefix(p.text[begin:], "<=") || strings.HasPrefix(p.text[begin:], ">="):
		p.at += 2
		p.token = token{sign, p.text[begin:p.at], begin}
	case strings.IndexByte("=<>(),", c) >= 0:
		p.at++
		p.token = token{sign, p.text[begin:p.at], begin}
	default:
		return bad(begin, "%.10q is not expected here", p.text[begin:])
	}
	return nil
}

// quote reads up to the closing quote; a doubled quote is a literal one.
func (p *parser) quote(mark byte) error {
	begin := p.at
	var out strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		if p.text[p.at] == mark {
			if p.at+1 == len(p.text) || p.text[p.at+1] != mark {
				p.at++
				p.token = token{literal, out.String(), begin}
				if mark == '"' {
					p.token.kind = quoted
				}
				return nil
			}
			p.at++
		}
		out.WriteByte(p.text[p.at])
	}
	return bad(begin, "the quote is never closed")
}

// is reports whether the token is a keyword or a sign.
func (p *parser) is(text string) bool {
	return p.token.kind == sign && p.token.text == text || p.token.kind == word && strings.EqualFold(p.token.text, text)
}

// took skips a keyword or sign if it is there.
func (p *parser) took(text string) (bool, error) {
	if !p.is(text) {
		return false, nil
	}
	return true, p.next()
}

// need skips a keyword or sign that must be there.
func (p *parser) need(text string) error {
	if !p.is(text) {
		return p.expected(text)
	}
	return p.next()
}

// listed parses parts separated by a keyword.
func (p *parser) listed(keyword string, part func() (Node, error)) ([]Node, error) {
	var out []Node
	for {
		one, err := part()
		if err != nil {
			return nil, err
		}
		out = append(out, one)
		more, err := p.took(keyword)
		if err != nil || !more {
			return out, err
		}
	}
}

func (p *parser) or() (Node, error) {
	parts, err := p.listed("OR", p.and)
	if err != nil || len(parts) > 1 {
		return Or(parts), err
	}
	return parts[0], nil
}

func (p *parser) and() (Node, error) {
	parts, err := p.listed("AND", p.not)
	if err != nil || len(parts) > 1 {
		return And(parts), err
	}
	return parts[0], nil
}

func (p *parser) not() (Node, error) {
	if p.depth++; p.depth > MaxDepth {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "the filter nests more than %d deep", MaxDepth)
	}
	defer func() { p.depth-- }()
	negated, err := p.took("NOT")
	if err != nil {
		return nil, err
	}
	if negated {
		inner, err := p.not()
		return Not{inner}, err
	}
	inner, err := p.took("(")
	if err != nil {
		return nil, err
	}
	if inner {
		node, err := p.or()
		if err != nil {
			return nil, err
		}
		return node, p.need(")")
	}
	return p.predicate()
}

// spatial are the other spatial relations, which are not supported.
var spatial = []string{"S_EQUALS", "S_DISJOINT", "S_TOUCHES", "S_WITHIN", "S_OVERLAPS", "S_CROSSES", "S_CONTAINS"}

func (p *parser) predicate() (Node, error) {
	if p.token.kind == word {
		name := strings.ToUpper(p.token.text)
		switch {
		case name == "S_INTERSECTS":
			return p.intersects()
		case slices.Contains(spatial, name) || strings.HasPrefix(name, "T_"):
			return nil, bad(p.token.at, "%s is not supported; the only spatial or temporal predicate is S_INTERSECTS", name)
		case name == "A_EQUALS" || name == "A_CONTAINS" || name == "A_CONTAINEDBY" || name == "A_OVERLAPS":
			return p.list(ListOperator(name))
		}
	}
	at := p.token.at
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	property, named := left.(Property)
	if !named {
		// A value comes first: TRUE and FALSE can stand alone, otherwise the comparison is
		// reversed.
		value := left.(Value)
		if truth, ok := value.Of.(bool); ok && p.token.kind != sign {
			return Constant(truth), nil
		}
		operator, err := p.operator()
		if err != nil {
			return nil, err
		}
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		if property, named = right.(Property); !named {
			return nil, bad(at, "two values are compared; one must be a property")
		}
		return Compare{property, turned[operator], value}, nil
	}
	negated, err := p.took("NOT")
	if err != nil {
		return nil, err
	}
	node, err := p.rest(property, negated)
	if negated && err == nil {
		node = Not{node}
	}
	return node, err
}

// turned are the operators with their operands exchanged.
var turned = map[Operator]Operator{Equal: Equal, Unequal: Unequal, Less: Greater, LessEqual: GreaterEqual, Greater: Less, GreaterEqual: LessEqual}

func (p *parser) operator() (Operator, error) {
	operator := Operator(p.token.text)
	if turned[operator] == "" || p.token.kind != sign {
		return "", p.expected("a comparison (=, <>, <, <=, >, >=)")
	}
	return operator, p.next()
}

// rest parses what follows a property.
func (p *parser) rest(property Property, negated bool) (Node, error) {
	keyword := strings.ToUpper(p.token.text)
	if p.token.kind != word {
		keyword = ""
	}
	if keyword != "LIKE" && keyword != "BETWEEN" && keyword != "IN" && negated {
		return nil, p.expected("LIKE, BETWEEN or IN")
	}
	switch keyword {
	case "LIKE":
		return p.like(property)
	case "BETWEEN":
		return p.between(property)
	case "IN":
		if err := p.next(); err != nil {
			return nil, err
		}
		values, err := p.values()
		return In{property, values}, err
	case "IS":
		if err := p.next(); err != nil {
			return nil, err
		}
		negated, err := p.took("NOT")
		if err != nil {
			return nil, err
		}
		if err := p.need("NULL"); err != nil {
			return nil, err
		}
		if negated {
			return Not{IsNull{property}}, nil
		}
		return IsNull{property}, nil
	}
	at := p.token.at
	operator, err := p.operator()
	if err != nil {
		return nil, err
	}
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	value, ok := right.(Value)
	if !ok {
		return nil, bad(at, "two properties are compared; one must be a value, in single quotes if it is a text")
	}
	return Compare{property, operator, value}, nil
}

func (p *parser) like(property Property) (Node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	at := p.token.at
	pattern, err := p.operand()
	if err != nil {
		return nil, err
	}
	text, ok := pattern.(Value)
	if _, isText := text.Of.(string); !ok || !isText || text.Date {
		return nil, bad(at, "LIKE needs a pattern in single quotes")
	}
	return Like{property, text.Of.(string)}, nil
}

func (p *parser) between(property Property) (Node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	low, err := p.value()
	if err != nil {
		return nil, err
	}
	if err := p.need("AND"); err != nil {
		return nil, err
	}
	high, err := p.value()
	return Between{property, low, high}, err
}

// values reads values in parentheses.
func (p *parser) values() ([]Value, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	var out []Value
	for {
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		out = append(out, value)
		more, err := p.took(",")
		if err != nil {
			return nil, err
		}
		if !more {
			return out, p.need(")")
		}
	}
}

func (p *parser) value() (Value, error) {
	at := p.token.at
	operand, err := p.operand()
	if err != nil {
		return Value{}, err
	}
	value, ok := operand.(Value)
	if !ok {
		return Value{}, bad(at, "there is a property where a value is expected; write text in single quotes")
	}
	return value, nil
}

// reserved are words that are names of properties only if quoted.
var reserved = []string{"AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "BETWEEN", "TIMESTAMP", "INTERVAL", "ACCENTI"}

// operand reads a Property or a Value.
func (p *parser) operand() (any, error) {
	t := p.token
	switch t.kind {
	case literal:
		return Value{Of: t.text}, p.next()
	case quoted:
		return Property{Name: t.text}, p.next()
	case number:
		of, err := strconv.ParseFloat(t.text, 64)
		if err != nil || math.IsInf(of, 0) {
			return nil, bad(t.at, "%.40q is not a number", t.text)
		}
		return Value{Of: of}, p.next()
	case word:
	default:
		return nil, p.expected("a property or a value")
	}
	switch name := strings.ToUpper(t.text); {
	case name == "TRUE" || name == "FALSE":
		return Value{Of: name == "TRUE"}, p.next()
	case slices.Contains(reserved, name):
		return nil, p.expected("a property or a value")
	case name == "DATE" || name == "CASEI":
		if err := p.next(); err != nil {
			return nil, err
		}
		if !p.is("(") {
			return Property{Name: t.text}, nil
		}
		if err := p.next(); err != nil {
			return nil, err
		}
		inner, err := p.operand()
		if err != nil {
			return nil, err
		}
		if err := p.need(")"); err != nil {
			return nil, err
		}
		if name == "CASEI" {
			return folded(inner, t.at)
		}
		return date(inner, t.at)
	}
	return Property{Name: t.text}, p.next()
}

func date(of any, at int) (any, error) {
	value, _ := of.(Value)
	text, _ := value.Of.(string)
	if _, err := sentra.ParseDate(text); err != nil {
		return nil, bad(at, "%.40q is not a date; write DATE('2017-12-25')", text)
	}
	return Value{Of: text, Date: true}, nil
}

// folded makes an operand case-insensitive; values are folded when they are compared.
func folded(of any, at int) (any, error) {
	switch v := of.(type) {
	case Property:
		v.Fold = true
		return v, nil
	case Value:
		if _, ok := v.Of.(string); ok {
			return v, nil
		}
	}
	return nil, bad(at, "CASEI needs a text")
}

func (p *parser) list(operator ListOperator) (Node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if err := p.need("("); err != nil {
		return nil, err
	}
	at := p.token.at
	operand, err := p.operand()
	if err != nil {
		return nil, err
	}
	property, ok := operand.(Property)
	if !ok {
		return nil, bad(at, "%s needs a property first", operator)
	}
	if err := p.need(","); err != nil {
		return nil, err
	}
	values, err := p.values()
	if err != nil {
		return nil, err
	}
	return List{property, operator, values}, p.need(")")
}

// intersects parses S_INTERSECTS of a property and a geometry, in either order.
func (p *parser) intersects() (Node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if err := p.need("("); err != nil {
		return nil, err
	}
	var out Intersects
	for i := range 2 {
		at := p.token.at
		geometry, err := p.geometry(&out)
		if err != nil {
			return nil, err
		}
		if !geometry {
			operand, err := p.operand()
			if err != nil {
				return nil, err
			}
			property, ok := operand.(Property)
			if !ok || out.Name != "" || property.Name == "" {
				return nil, bad(at, "S_INTERSECTS needs a property and a geometry: POINT, BBOX, POLYGON or MULTIPOLYGON")
			}
			out.Property = property
		}
		separator := [2]string{",", ")"}[i]
		if err := p.need(separator); err != nil {
			return nil, err
		}
	}
	if out.Name == "" || out.Box == nil && out.Polygons == nil {
		return nil, bad(p.token.at, "S_INTERSECTS needs a property and a geometry")
	}
	return out, nil
}

// geometry parses a geometry, if one begins here.
func (p *parser) geometry(into *Intersects) (bool, error) {
	name, at := strings.ToUpper(p.token.text), p.token.at
	if p.token.kind != word {
		return false, nil
	}
	switch name {
	case "BBOX":
		if err := p.next(); err != nil {
			return true, err
		}
		values, err := p.values()
		if err != nil {
			return true, err
		}
		if len(values) == 6 {
			// Ignore heights.
			values = []Value{values[0], values[1], values[3], values[4]}
		}
		var box [4]float64
		for i, v := range values {
			number, ok := v.Of.(float64)
			if !ok || len(values) != 4 {
				return true, bad(at, "BBOX needs the four numbers west, south, east, north")
			}
			box[i] = number
		}
		if into.Box = &box; len(values) != 4 {
			return true, bad(at, "BBOX needs the four numbers west, south, east, north")
		}
		return true, nil
	case "POINT", "POLYGON", "MULTIPOLYGON":
	case "LINESTRING", "MULTIPOINT", "MULTILINESTRING", "GEOMETRYCOLLECTION":
		return true, bad(at, "%s is not supported; give POINT, BBOX, POLYGON or MULTIPOLYGON", name)
	default:
		return false, nil
	}
	// Its coordinates extend to the matching parenthesis.
	open := 0
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '(':
			open++
		case ')':
			open--
		}
		if open == 0 && p.text[p.at] == ')' {
			p.at++
			break
		}
	}
	geometry, err := wkt.Unmarshal(p.text[at:p.at])
	if err != nil {
		return true, bad(at, "the %s cannot be read; write it as well-known text, such as POLYGON((112 -8,114 -8,114 -7,112 -8))", name)
	}
	switch g := geometry.(type) {
	case orb.Point:
		into.Box = &[4]float64{g[0], g[1], g[0], g[1]}
	case orb.Polygon:
		into.Polygons = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		into.Polygons = g
	}
	return true, p.next()
}
