// Package boundaryfile reads files of boundaries: GeoJSON (a FeatureCollection,
// or Features one after the other), either of them gzipped, and the SQL form of
// the pinned public source.
package boundaryfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Record is one area of a file, as it stands there.
type Record struct {
	Code string
	Name string
	// Geometry is in degrees, longitude before latitude; nothing is repaired.
	Geometry orb.Geometry
	// Place tells where the record stands, for messages: "provinces.geojson, feature 3".
	Place string
}

// Options say where the code and name of a feature stand.
type Options struct {
	// CodeProperty is a property; "" for the property code, else the feature's id.
	CodeProperty string
	// NameProperty is a property; "" for name.
	NameProperty string
}

// Files gives the boundary files at a path: the file itself, or every .geojson,
// .ndjson, .geojsonl and .sql file (gzipped too) right in a folder, in order.
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
		case ".geojson", ".ndjson", ".geojsonl", ".sql":
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	slices.Sort(files)
	if len(files) == 0 {
		return nil, sentra.BadInput("", "the folder %s holds no .geojson, .ndjson, .geojsonl or .sql file", path)
	}
	return files, nil
}

// Open opens a file or an http(s) address.
func Open(ctx context.Context, path string) (io.ReadCloser, error) {
	if !strings.HasPrefix(path, "http://") && !strings.HasPrefix(path, "https://") {
		file, err := os.Open(path)
		if err != nil {
			return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the file %s cannot be opened", path)
		}
		return file, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "%s is not an address", path)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "%s cannot be fetched", path)
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, sentra.Errorf(sentra.CodeUnavailable, "%s answers %s", path, response.Status)
	}
	return response.Body, nil
}

// Read calls each for every record of a file, in order. name stands in
// messages. The error is a BAD_USER_INPUT that tells the place.
func Read(r io.Reader, name string, options Options, each func(Record) error) error {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return sentra.Wrap(sentra.CodeBadUserInput, err, "%s is not gzip", name)
		}
		defer unzipped.Close()
		buffered = bufio.NewReaderSize(unzipped, 1<<16)
	}
	if first, err := firstByte(buffered); err != nil {
		return sentra.Wrap(sentra.CodeBadUserInput, err, "%s is empty or unreadable", name)
	} else if first != '{' {
		return readSQL(buffered, name, each)
	}
	return readGeoJSON(buffered, name, options, each)
}

// firstByte skips what may precede the content: white space, a byte order mark,
// and the record separators of RFC 8142.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n\x1e\xef\xbb\xbf", rune(b)) && b != 0xef && b != 0xbb && b != 0xbf {
			return b, r.UnreadByte()
		}
	}
}

// noSeparators turns the record separators of RFC 8142 into spaces.
type noSeparators struct{ io.Reader }

func (n noSeparators) Read(p []byte) (int, error) {
	count, err := n.Reader.Read(p)
	for i, b := range p[:count] {
		if b == 0x1e {
			p[i] = ' '
		}
	}
	return count, err
}

func readGeoJSON(r io.Reader, name string, options Options, each func(Record) error) error {
	decoder := json.NewDecoder(noSeparators{r})
	number := 0
	fault := func(err error) error {
		return sentra.Wrap(sentra.CodeBadUserInput, err, "%s, byte %d, feature %d: this is not GeoJSON", name, decoder.InputOffset(), number+1)
	}
	feature := func(raw []byte) error {
		number++
		record, err := featureRecord(raw, options)
		if err != nil {
			return sentra.In(fmt.Sprintf("%s, feature %d", name, number), err)
		}
		record.Place = fmt.Sprintf("%s, feature %d", name, number)
		return each(record)
	}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault(err)
		}
		if token != json.Delim('{') {
			return fault(fmt.Errorf("found %v where an object should begin", token))
		}
		members := make(map[string]json.RawMessage)
		collection := false
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				return fault(err)
			}
			if key == "features" {
				collection = true
				if open, err := decoder.Token(); err != nil || open != json.Delim('[') {
					return fault(errors.Join(err, errors.New("features is not a list")))
				}
				for decoder.More() {
					var raw json.RawMessage
					if err := decoder.Decode(&raw); err != nil {
						return fault(err)
					}
					if err := feature(raw); err != nil {
						return err
					}
				}
				if _, err := decoder.Token(); err != nil {
					return fault(err)
				}
				continue
			}
			var raw json.RawMessage
			if err := decoder.Decode(&raw); err != nil {
				return fault(err)
			}
			members[fmt.Sprint(key)] = raw
		}
		if _, err := decoder.Token(); err != nil {
			return fault(err)
		}
		if !collection {
			raw, err := json.Marshal(members)
			if err != nil {
				return fault(err)
			}
			if err := feature(raw); err != nil {
				return err
			}
		}
	}
}

func featureRecord(raw []byte, options Options) (Record, error) {
	feature, err := geojson.UnmarshalFeature(raw)
	if err != nil {
		return Record{}, sentra.Wrap(sentra.CodeBadUserInput, err, "this is not a GeoJSON feature")
	}
	text := func(value any) string {
		if s, ok := value.(string); ok {
			return strings.TrimSpace(s)
		}
		return ""
	}
	record := Record{Geometry: feature.Geometry}
	if options.CodeProperty != "" {
		record.Code = text(feature.Properties[options.CodeProperty])
	} else if record.Code = text(feature.Properties["code"]); record.Code == "" {
		record.Code = text(feature.ID)
	}
	nameProperty := options.NameProperty
	if nameProperty == "" {
		nameProperty = "name"
	}
	record.Name = text(feature.Properties[nameProperty])
	if record.Code == "" {
		return Record{}, sentra.BadInput("properties", "the feature has no code as a text; name its property with --code-property")
	}
	return record, nil
}

// position is a pair of the SQL form: latitude before longitude.
type position [2]float64

func ring(positions []position) orb.Ring {
	out := make(orb.Ring, len(positions))
	for i, p := range positions {
		out[i] = orb.Point{round6(p[1]), round6(p[0])}
	}
	// The source leaves some rings open that its own map closes; that is its
	// form, not a flaw of the area.
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
}

func (s *sqlScanner) read() (byte, error) {
	b, err := s.r.ReadByte()
	if b == '\n' {
		s.line++
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

// next gives a word, a quoted text or a sign; comments and white space are passed over.
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

// tuple reads (value, value, …) and tells whether a comma and so another follows.
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
