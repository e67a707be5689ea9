// Package boundaryfile reads files of boundaries: GeoJSON (a FeatureCollection, or a
// sequence of Features), GeoPackage, either of them gzipped, and the SQL format of
// the pinned public source.
package boundaryfile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geojsonfile"
	"github.com/sentra-ikm/sentra/internal/geopackagefile"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Record is one area of a file, unchanged.
type Record struct {
	Code string
	Name string
	// Geometry is in degrees, longitude before latitude, without repairs.
	Geometry orb.Geometry
	// Place is the place of the record, for messages: "provinces.geojson, feature 3".
	Place string
}

// Options say where to find the code and name of a feature.
type Options struct {
	// CodeProperty is a property; "" for the property code or, without that, the
	// feature's id.
	CodeProperty string
	// NameProperty is a property; "" for name.
	NameProperty string
	// Layer is the layer of a GeoPackage; "" for the only one with geometries.
	Layer string
	// OnFault is called with faults of a Feature's code or name, and reading continues
	// if it returns nil. If OnFault is nil, Read returns the fault.
	OnFault func(error) error
}

// Files returns the boundary files at a path: the file itself, or every .geojson,
// .ndjson, .geojsonl, .gpkg and .sql file (gzipped too) directly in a folder, in
// order.
func Files(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, sentra.BadInput("", "there is no file or folder %s", path)
		}
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", path, err)
	}
	var files []string
	for _, entry := range entries {
		switch filepath.Ext(strings.TrimSuffix(entry.Name(), ".gz")) {
		case ".geojson", ".ndjson", ".geojsonl", ".gpkg", ".sql":
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	slices.Sort(files)
	if len(files) == 0 {
		return nil, sentra.BadInput("", "the folder %s holds no .geojson, .ndjson, .geojsonl, .gpkg or .sql file", path)
	}
	return files, nil
}

// Open opens a file or an http(s) address.
func Open(ctx context.Context, path string) (io.ReadCloser, error) {
	return OpenWith(ctx, path, inputfile.Options{})
}

// OpenWith is Open with limits and progress.
func OpenWith(ctx context.Context, path string, options inputfile.Options) (*inputfile.File, error) {
	return inputfile.Open(ctx, path, options)
}

// reads are the supported formats, for error messages.
const reads = "GeoJSON or GeoPackage"

// Read calls each for every record of a file, in order. name is for messages. Errors
// are BAD_USER_INPUT with the place, LIMIT_EXCEEDED, or the error of the context that
// the file was opened with.
func Read(r io.Reader, name string, options Options, each func(Record) error) error {
	file, ok := r.(*inputfile.File)
	if !ok {
		var err error
		if file, err = inputfile.FromReader(context.Background(), r, name, inputfile.Options{}); err != nil {
			return err
		}
		defer file.Close()
	}
	feature := func(f *geojsonfile.Feature) error {
		record, err := featureRecord(f, options)
		if err != nil {
			if options.OnFault == nil {
				return sentra.In(f.Place, err)
			}
			return options.OnFault(sentra.In(f.Place, err))
		}
		return each(record)
	}
	switch {
	case file.Format == inputfile.JSON:
		text, _, err := file.Text("")
		if err != nil {
			return err
		}
		return geojsonfile.Read(text, name, geojsonfile.Options{MaxPositions: maxPositions}, feature)
	case file.Format == inputfile.GeoPackage:
		return geopackagefile.Read(file, geopackagefile.Options{Layer: options.Layer, MaxPositions: maxPositions}, feature)
	case file.Format == inputfile.Text && looksLikeSQL(file.Head(4096)):
		return readSQL(file, name, each)
	}
	return file.Format.Refusal(name, reads)
}

// maxPositions is the maximum number of positions of one boundary. The country's most
// detailed public boundary, of a regency with thousands of islands, has fewer than a
// million.
const maxPositions = 20_000_000

func looksLikeSQL(head []byte) bool {
	return bytes.Contains(bytes.ToUpper(head), []byte("INSERT"))
}

var codeForm = regexp.MustCompile(`^[0-9]{2}\.?([0-9]{1,2})?$`)

func featureRecord(f *geojsonfile.Feature, options Options) (Record, error) {
	record := Record{Geometry: f.Geometry, Place: f.Place}
	property := options.CodeProperty
	if property == "" {
		property = "code"
	}
	code, err := text(property, f.Get(property), asCode)
	if err != nil {
		return record, err
	}
	if options.CodeProperty == "" {
		// Programs number Features arbitrarily: only an id that looks like a code is taken
		// for one.
		switch id := f.ID; {
		case code == "":
			if code, err = text("id", id, asCode); err != nil {
				return record, err
			}
		case id.Kind == geojsonfile.Text && codeForm.MatchString(strings.TrimSpace(id.Text)) && strings.TrimSpace(id.Text) != code,
			id.Kind == geojsonfile.Number && strings.Contains(id.Text, "."):
			return record, sentra.BadInput("id", "the property code says %.40q and the id %.40q; give one code, or name its property with --code-property", code, id.Text)
		}
	}
	if code == "" {
		if options.CodeProperty != "" {
			return record, sentra.BadInput("properties", "the feature has no property %.40q with a code", options.CodeProperty)
		}
		return record, sentra.BadInput("properties", "the feature has no code as a text; name its property with --code-property")
	}
	record.Code = code
	nameProperty := options.NameProperty
	if nameProperty == "" {
		nameProperty = "name"
	}
	record.Name, err = text(nameProperty, f.Get(nameProperty), "")
	return record, err
}

// asCode explains what to do about a code that is a number.
const asCode = `: a number loses zeros at its end, 11.10 becomes 11.1; write it as a text, "11.10"`

// text returns a string or ""; a value of another kind is an error.
func text(name string, value geojsonfile.Value, hint string) (string, error) {
	switch value.Kind {
	case geojsonfile.Null:
		return "", nil
	case geojsonfile.Text:
		return strings.TrimSpace(value.Text), nil
	case geojsonfile.Nested:
		return "", sentra.BadInput(name, "%.40q is an object or list, not a text", name)
	}
	if value.Kind != geojsonfile.Number {
		hint = ""
	}
	return "", sentra.BadInput(name, "%.40q is the %s %.40s, not a text%s", name, value.Kind, value.Text, hint)
}

// position is a pair in the SQL format: latitude before longitude.
type position [2]float64

func ring(positions []position) orb.Ring {
	out := make(orb.Ring, len(positions))
	for i, p := range positions {
		out[i] = orb.Point{round6(p[1]), round6(p[0])}
	}
	// The source leaves some rings open, which its own map closes: that is its format,
	// not a fault of the area.
	if len(out) > 2 && out[0] != out[len(out)-1] {
		out = append(out, out[0])
	}
	return out
}

func sqlGeometry(path string) (orb.Geometry, error) {
	polygon := func(rings [][]position) orb.Polygon {
		out := make(orb.Polygon, len(rings))
		for i, positions := range rings {
			out[i] = ring(positions)
		}
		return out
	}
	if strings.HasPrefix(path, "[[[[") {
		var parts [][][]position
		if err := json.Unmarshal([]byte(path), &parts); err != nil {
			return nil, err
		}
		out := make(orb.MultiPolygon, len(parts))
		for i, rings := range parts {
			out[i] = polygon(rings)
		}
		return out, nil
	}
	var rings [][]position
	if err := json.Unmarshal([]byte(path), &rings); err != nil {
		return nil, err
	}
	return polygon(rings), nil
}

// readSQL reads the rows of INSERT INTO wilayah_boundaries(kode,nama,lat,lng,path,…).
func readSQL(r io.Reader, name string, each func(Record) error) error {
	s := &sqlScanner{r: bufio.NewReader(r), line: 1}
	fault := func(format string, args ...any) error {
		if s.broken != nil {
			return fmt.Errorf("read %s: %w", name, s.broken)
		}
		return sentra.BadInput("", "%s, line %d: %s", name, s.line, fmt.Sprintf(format, args...))
	}
	seen := false
	for {
		token, err := s.next()
		if errors.Is(err, io.EOF) {
			if !seen {
				return fault("this is neither GeoJSON nor the SQL of wilayah_boundaries")
			}
			return nil
		}
		if err != nil {
			return fault("%v", err)
		}
		if !token.is("VALUES") {
			continue
		}
		for {
			line := s.line
			cells, more, err := s.tuple()
			if err != nil {
				return fault("%v", err)
			}
			if len(cells) < 5 {
				return fault("a row has %d columns; 5 are needed: kode, nama, lat, lng, path", len(cells))
			}
			seen = true
			geometry, err := sqlGeometry(cells[4])
			if err != nil {
				return &sentra.Error{Code: sentra.CodeBadUserInput, Message: fmt.Sprintf("%s, line %d: the path of %.20q is not a list of positions", name, line, cells[0]), Err: err}
			}
			if err := each(Record{Code: cells[0], Name: cells[1], Geometry: geometry, Place: fmt.Sprintf("%s, line %d", name, s.line)}); err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
}

type sqlToken struct {
	text   string
	quoted bool
}

func (t sqlToken) is(word string) bool { return !t.quoted && strings.EqualFold(t.text, word) }

type sqlScanner struct {
	r    *bufio.Reader
	line int
	// broken is the error after which the file cannot be read further.
	broken error
}

// maxQuoted is the maximum size of one quoted string in bytes, which holds a
// boundary's positions.
const maxQuoted = 256 << 20

func (s *sqlScanner) read() (byte, error) {
	b, err := s.r.ReadByte()
	if b == '\n' {
		s.line++
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.broken = err
	}
	return b, err
}

func (s *sqlScanner) peek() byte {
	b, err := s.r.Peek(1)
	if err != nil {
		return 0
	}
	return b[0]
}

// next returns a word, a quoted string or a sign, and skips comments and white space.
func (s *sqlScanner) next() (sqlToken, error) {
	for {
		b, err := s.read()
		if err != nil {
			return sqlToken{}, err
		}
		switch {
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
		case b == '-' && s.peek() == '-':
			for b != '\n' {
				if b, err = s.read(); err != nil {
					return sqlToken{}, err
				}
			}
		case b == '/' && s.peek() == '*':
			var before byte
			if _, err = s.read(); err != nil {
				return sqlToken{}, err
			}
			for {
				if b, err = s.read(); err != nil {
					return sqlToken{}, errors.New("a comment does not end")
				}
				if before == '*' && b == '/' {
					break
				}
				before = b
			}
		case b == '\'':
			return s.quoted()
		case strings.IndexByte("(),;=<>*", b) >= 0:
			return sqlToken{text: string(b)}, nil
		default:
			word := []byte{b}
			for c := s.peek(); c != 0 && strings.IndexByte(" \t\r\n(),;='<>*", c) < 0; c = s.peek() {
				b, _ = s.read()
				word = append(word, b)
			}
			return sqlToken{text: string(word)}, nil
		}
	}
}

func (s *sqlScanner) quoted() (sqlToken, error) {
	var text bytes.Buffer
	for {
		b, err := s.read()
		if err != nil {
			return sqlToken{}, errors.New("a quoted text does not end")
		}
		if text.Len() >= maxQuoted {
			return sqlToken{}, fmt.Errorf("a quoted text is longer than %d bytes", maxQuoted)
		}
		switch {
		case b == '\\' && s.peek() == '\'':
			b, _ = s.read()
		case b == '\'' && s.peek() == '\'':
			b, _ = s.read()
		case b == '\'':
			return sqlToken{text: text.String(), quoted: true}, nil
		}
		text.WriteByte(b)
	}
}

// tuple reads (value, value, …) and reports whether a comma follows, and so another
// tuple.
func (s *sqlScanner) tuple() (cells []string, more bool, err error) {
	open, err := s.next()
	if err != nil || !open.is("(") {
		return nil, false, errors.New("a row does not begin with a bracket")
	}
	for {
		value, err := s.next()
		if err != nil {
			return nil, false, errors.New("a row does not end")
		}
		cells = append(cells, value.text)
		sign, err := s.next()
		switch {
		case err != nil:
			return nil, false, errors.New("a row does not end")
		case sign.is(","):
		case sign.is(")"):
			after, err := s.next()
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, false, err
			}
			return cells, err == nil && after.is(","), nil
		default:
			return nil, false, fmt.Errorf("found %.20q between the values of a row", sign.text)
		}
	}
}

// round6 rounds to six decimal places, about a tenth of a metre.
func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }
