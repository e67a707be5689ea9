// Package geojsonfile reads the Features of GeoJSON one by one: in a
// FeatureCollection, or as a sequence, one per line or with the record separators of
// RFC 8142. It holds at most one Feature, preserves numbers as written, and ignores
// nothing silently: duplicate members, a crs, an empty collection and invalid UTF-8
// are errors with their place.
package geojsonfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ValueKind is the kind of a JSON value.
type ValueKind string

const (
	Null   ValueKind = "null"
	Text   ValueKind = "text"
	Number ValueKind = "number"
	Bool   ValueKind = "boolean"
	Nested ValueKind = "object or list"
)

// Value is a JSON value. Text is a string, a number as written, or "true" or "false";
// it is empty for null, objects and arrays.
type Value struct {
	Kind ValueKind
	Text string
}

// Property is a member of a Feature's properties.
type Property struct {
	Name  string
	Value Value
}

// Feature is one Feature.
type Feature struct {
	// Number counts the Features of the file from 1; Place is for messages,
	// "provinces.geojson, feature 3".
	Number     int
	Place      string
	ID         Value
	Properties []Property
	// Geometry is nil for null and if there is none. Positions are in degrees, longitude
	// before latitude; heights are dropped.
	Geometry orb.Geometry
}

// Get returns a property, or Null if there is none.
func (f *Feature) Get(name string) Value {
	for _, p := range f.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return Value{Kind: Null}
}

// Options limit what is read.
type Options struct {
	// MaxPositions is the maximum number of positions of one Feature's geometry; 0 for
	// no limit.
	MaxPositions int
}

// maxMembers limits the properties of a Feature and the geometries of a collection.
const maxMembers = 1000

// Read calls each for every Feature of a file, in order; the Feature is valid only
// until each returns. Errors are BAD_USER_INPUT with the place, LIMIT_EXCEEDED, the
// context's error, or that of each.
func Read(r io.Reader, name string, options Options, each func(*Feature) error) error {
	scanned := newScanner(r, name)
	p := &parser{decoder: json.NewDecoder(scanned), scanned: scanned, name: name, options: options, each: each}
	p.decoder.UseNumber()
	for {
		token, err := p.decoder.Token()
		if errors.Is(err, io.EOF) {
			if p.count == 0 {
				return sentra.BadInput("", "%s holds no Feature: there is nothing to import", name)
			}
			return nil
		}
		if err != nil {
			return p.fault(err)
		}
		if token != json.Delim('{') {
			return p.wrong("an object should begin here, not %s", describe(token))
		}
		if err := p.object(); err != nil {
			return err
		}
	}
}

type parser struct {
	decoder *json.Decoder
	scanned *scanner
	name    string
	options Options
	each    func(*Feature) error
	count   int
	feature Feature
	// Number of positions of the Feature's geometry so far.
	positions int
	// within means that the position is inside a Feature.
	within bool
}

func (s *scanner) place() string {
	return fmt.Sprintf("%s, line %d, byte %d", s.name, s.line, s.offset)
}

func (p *parser) place() string {
	if !p.within {
		return p.name
	}
	return fmt.Sprintf("%s, feature %d", p.name, p.count+1)
}

// wrong returns an error about the decoder's position.
func (p *parser) wrong(format string, args ...any) error {
	return sentra.In(fmt.Sprintf("%s, byte %d", p.place(), p.decoder.InputOffset()+p.scanned.dropped), sentra.BadInput("", format, args...))
}

// fault converts an error of the decoder or of the file.
func (p *parser) fault(err error) error {
	var coded *sentra.Error
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &coded):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return p.wrong("the file ends in the middle of a Feature or collection: it is cut short")
	case errors.As(err, &syntax):
		return p.wrong("this is not JSON: %v", syntax)
	}
	if p.scanned.err != nil { // the file's own error, such as the context's
		return fmt.Errorf("read %s: %w", p.name, err)
	}
	return p.wrong("this is not JSON: %v", err)
}

func describe(token json.Token) string {
	switch t := token.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%.40q", t)
	}
	return fmt.Sprintf("%.40v", token)
}

// token reads one token; the end of the file is an error.
func (p *parser) token() (json.Token, error) {
	token, err := p.decoder.Token()
	if err != nil {
		return nil, p.fault(err)
	}
	return token, nil
}

// key reads the name of a member and rejects a duplicate.
func (p *parser) key(seen *[]string) (string, error) {
	token, err := p.token()
	if err != nil {
		return "", err
	}
	key, ok := token.(string)
	if !ok {
		return "", p.wrong("the name of a member should stand here, not %s", describe(token))
	}
	if slices.Contains(*seen, key) {
		return "", p.wrong("the member %.40q occurs twice in one object; which one is right?", key)
	}
	if len(*seen) >= maxMembers {
		return "", p.wrong("an object has more than %d members", maxMembers)
	}
	*seen = append(*seen, key)
	return key, nil
}

// object reads a FeatureCollection or Feature after its opening brace.
func (p *parser) object() error {
	var seen []string
	var kind string
	collection := false
	p.feature = Feature{Properties: p.feature.Properties[:0], ID: Value{Kind: Null}}
	p.positions = 0
	for p.decoder.More() {
		key, err := p.key(&seen)
		if err != nil {
			return err
		}
		if p.within = key == "geometry" || key == "properties"; key == "features" {
			collection = true
			err = p.features()
		} else {
			err = p.member(key, &kind)
		}
		if err != nil {
			return err
		}
	}
	if _, err := p.token(); err != nil {
		return err
	}
	switch {
	case kind == "FeatureCollection" && collection:
		return nil
	case kind == "FeatureCollection":
		return p.wrong("a FeatureCollection has no features")
	case collection:
		return p.wrong("a list of features belongs into a FeatureCollection, not into type %.40q", kind)
	}
	return p.done(kind, seen)
}

// features reads the array of a collection.
func (p *parser) features() error {
	if open, err := p.token(); err != nil || open != json.Delim('[') {
		return errors.Join(err, p.wrong("features is not a list"))
	}
	for p.decoder.More() {
		open, err := p.token()
		if err != nil {
			return err
		}
		if open != json.Delim('{') {
			return p.wrong("a Feature should begin here, not %s", describe(open))
		}
		p.within = true
		var seen []string
		var kind string
		p.feature = Feature{Properties: p.feature.Properties[:0], ID: Value{Kind: Null}}
		p.positions = 0
		for p.decoder.More() {
			key, err := p.key(&seen)
			if err != nil {
				return err
			}
			if err := p.member(key, &kind); err != nil {
				return err
			}
		}
		if _, err := p.token(); err != nil {
			return err
		}
		if err := p.done(kind, seen); err != nil {
			return err
		}
		p.within = false
	}
	_, err := p.token()
	return err
}

// done passes a Feature to the caller.
func (p *parser) done(kind string, members []string) error {
	switch kind {
	case "Feature":
	case "Topology":
		return inputfile.Format("TopoJSON").Refusal(p.name, "GeoJSON")
	case "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection":
		return inputfile.Format("GeoJSON that is a geometry alone").Refusal(p.name, "a Feature or FeatureCollection")
	case "FeatureCollection":
		return p.wrong("a FeatureCollection stands inside another; give one")
	case "":
		if slices.Contains(members, "geometryType") || slices.Contains(members, "spatialReference") {
			return inputfile.Format("an Esri JSON file").Refusal(p.name, "GeoJSON")
		}
		return p.wrong(`this is not GeoJSON: the object has no "type"`)
	default:
		return p.wrong("this is not GeoJSON: there is no type %.40q; give a Feature or FeatureCollection", kind)
	}
	p.count++
	p.feature.Number = p.count
	p.feature.Place = fmt.Sprintf("%s, feature %d", p.name, p.count)
	return p.each(&p.feature)
}

// member reads one member of a Feature or collection.
func (p *parser) member(key string, kind *string) error {
	switch key {
	case "type":
		value, err := p.value()
		if err != nil {
			return err
		}
		if value.Kind != Text {
			return p.wrong("type is not a text")
		}
		*kind = value.Text
		return nil
	case "id":
		var err error
		p.feature.ID, err = p.value()
		return err
	case "crs":
		return p.crs()
	case "properties":
		return p.properties()
	case "geometry":
		var err error
		p.feature.Geometry, err = p.geometry(0)
		return err
	}
	_, err := p.value()
	return err
}

// value reads a value; for an object or array only its kind.
func (p *parser) value() (Value, error) {
	token, err := p.token()
	if err != nil {
		return Value{}, err
	}
	switch t := token.(type) {
	case nil:
		return Value{Kind: Null}, nil
	case string:
		return Value{Text, t}, nil
	case json.Number:
		return Value{Number, t.String()}, nil
	case bool:
		return Value{Bool, strconv.FormatBool(t)}, nil
	}
	for depth := 1; depth > 0; {
		token, err := p.token()
		if err != nil {
			return Value{}, err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return Value{Kind: Nested}, nil
}

func (p *parser) properties() error {
	open, err := p.token()
	if err != nil || open == nil {
		return err
	}
	if open != json.Delim('{') {
		return p.wrong("properties is not an object")
	}
	var seen []string
	for p.decoder.More() {
		key, err := p.key(&seen)
		if err != nil {
			return err
		}
		value, err := p.value()
		if err != nil {
			return err
		}
		p.feature.Properties = append(p.feature.Properties, Property{key, value})
	}
	_, err = p.token()
	return err
}

// wgs84 are suffixes of the names of GeoJSON's only reference system.
var wgs84 = []string{"crs84", "crs84h", "epsg:4326", "epsg::4326", "epsg/0/4326", "epsg.xml#4326", "epsg.io/4326", "epsg:4979", "epsg::4979"}

// crs rejects a reference system other than WGS 84. RFC 7946 has no such member, but
// older GeoJSON has, and programs still write it.
func (p *parser) crs() error {
	var raw json.RawMessage
	if err := p.decoder.Decode(&raw); err != nil {
		return p.fault(err)
	}
	var crs *struct {
		Properties struct{ Name, Href string }
	}
	if err := json.Unmarshal(raw, &crs); err != nil {
		return p.wrong("the crs %.60q is not understood; convert the file: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson %s", raw, p.name)
	}
	if crs == nil {
		return nil
	}
	name := crs.Properties.Name + crs.Properties.Href
	lower := strings.ToLower(strings.TrimSpace(name))
	if !slices.ContainsFunc(wgs84, func(end string) bool { return strings.HasSuffix(lower, end) }) {
		return p.wrong("the crs is %.60q, and GeoJSON has longitude and latitude of WGS 84 (EPSG:4326): convert the file: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson %s", name, p.name)
	}
	return nil
}
