package tablefile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// maxRecord is the maximum size of a CSV row in bytes. An unclosed quote makes the
// rest of a file one row.
const maxRecord = 4 << 20

// allowance limits what is read between two rows.
type allowance struct {
	r    io.Reader
	left int
}

var errLongRecord = errors.New("the row is longer than a row can be")

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errLongRecord
	}
	n, err := a.r.Read(p)
	a.left -= n
	return n, err
}

type csvFile struct {
	name     string
	encoding string
	encoder  *encoding.Encoder // if the bytes were decoded, else nil
	reader   *csv.Reader
	budget   *allowance
	// Number of lines skipped before those that the reader sees.
	skipped int
	// last is the line of the row that was read last
	last int
}

func readCSV(file *inputfile.File, options Options, sink Sink) error {
	text, encodingName, err := file.Text(options.Encoding)
	if err != nil {
		return err
	}
	c := &csvFile{name: file.Name, encoding: encodingName, budget: &allowance{r: text, left: maxRecord}}
	if encodingName != inputfile.UTF8 {
		c.encoder = inputfile.Encoder(encodingName)
	}
	buffered := bufio.NewReaderSize(c.budget, 1<<16)
	delimiter, err := c.start(buffered, options)
	if err != nil {
		return err
	}
	c.reader = csv.NewReader(buffered)
	c.reader.Comma, c.reader.FieldsPerRecord, c.reader.ReuseRecord = delimiter, -1, true
	indices, err := c.header(sink)
	if err != nil {
		return err
	}
	return c.rows(sink, indices)
}

// delimiters are the supported delimiters; if several occur equally often the first
// is used.
const delimiters = ",;\t|"

// start skips what precedes the header and finds the delimiter.
func (c *csvFile) start(r *bufio.Reader, options Options) (rune, error) {
	delimiter := options.Delimiter
	// Excel's own convention, "sep=;".
	if line, _ := r.Peek(6); len(line) >= 5 && bytes.EqualFold(line[:4], []byte("sep=")) {
		text, err := r.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, c.fault(err)
		}
		if delimiter == 0 {
			delimiter, _ = utf8.DecodeRuneInString(text[4:])
			if !strings.ContainsRune(delimiters, delimiter) {
				return 0, sentra.In(c.name, sentra.BadInput("", `line 1 is "sep=" without a delimiter; write a comma, semicolon, tab or vertical bar after it, or take the line away`))
			}
		}
		c.skipped = 1
	}
	for line := 1 + c.skipped; line < options.HeaderRow; line++ {
		if _, err := r.ReadString('\n'); err != nil {
			return 0, sentra.In(c.name, sentra.BadInput("", "there is no line %d for the header", options.HeaderRow))
		}
		c.skipped++
	}
	head, err := r.Peek(1 << 15)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return 0, c.fault(err)
	}
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		return 0, sentra.In(c.name, sentra.BadInput("", `the lines end with CR alone, as old Macintosh programs write them; save the file as "CSV UTF-8"`))
	}
	if delimiter == 0 {
		delimiter = detect(head)
	}
	if !strings.ContainsRune(delimiters, delimiter) {
		return 0, sentra.BadInput("delimiter", "%q is not a delimiter; give a comma, semicolon, tab or vertical bar", delimiter)
	}
	return delimiter, nil
}

// detect returns the delimiter that occurs most in the first line outside quotes.
func detect(head []byte) rune {
	counts := make(map[byte]int)
	quoted, any := false, false
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n' || b == '\r':
			if any {
				goto counted
			}
		case strings.IndexByte(delimiters, b) >= 0:
			counts[b]++
		}
		any = any || b > ' '
	}
counted:
	best := byte(',')
	for _, b := range []byte(delimiters) {
		if counts[b] > counts[best] {
			best = b
		}
	}
	return rune(best)
}

// fault converts an error of the reader.
func (c *csvFile) fault(err error) error {
	var coded *sentra.Error
	if errors.As(err, &coded) {
		return err
	}
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		place := fmt.Sprintf("%s, line %d, column %d", c.name, wrong.Line+c.skipped, wrong.Column)
		switch {
		case errors.Is(wrong.Err, csv.ErrBareQuote):
			return sentra.In(place, sentra.BadInput("", `a quotation mark is in the middle of a cell; put the whole cell in quotation marks and write the mark twice, "a ""b"" c"`))
		case wrong.StartLine != wrong.Line:
			return sentra.In(place, sentra.BadInput("", "the quotation mark that a cell of the row in line %d begins with is not closed as it should be; close it before a delimiter, and write marks inside twice", wrong.StartLine+c.skipped))
		case errors.Is(wrong.Err, csv.ErrQuote):
			return sentra.In(place, sentra.BadInput("", "a quotation mark is not closed before the delimiter, or not at all"))
		}
		return sentra.In(place, sentra.BadInput("", "this is not CSV: %v", wrong.Err))
	}
	if errors.Is(err, errLongRecord) {
		return sentra.In(fmt.Sprintf("%s, line %d", c.name, c.last+1), sentra.BadInput("",
			"the row that begins here has more than %s: a quotation mark is not closed, or this is not a table", inputfile.Size(maxRecord)))
	}
	return fmt.Errorf("read %s: %w", c.name, err)
}

func (c *csvFile) next() ([]string, error) {
	c.budget.left = maxRecord
	record, err := c.reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		err = c.fault(err)
	}
	if err == nil {
		c.last, _ = c.reader.FieldPos(0)
		c.last += c.skipped
	}
	return record, err
}

func (c *csvFile) header(sink Sink) ([]int, error) {
	var record []string
	for {
		var err error
		if record, err = c.next(); errors.Is(err, io.EOF) {
			return nil, sentra.BadInput("", "%s is empty: there is no header and no row", c.name)
		} else if err != nil {
			return nil, err
		}
		if strings.Trim(strings.Join(record, ""), " \t") != "" {
			break
		}
	}
	for len(record) > 1 && strings.TrimSpace(record[len(record)-1]) == "" {
		record = record[:len(record)-1]
	}
	if err := checkColumns(len(record), c.name); err != nil {
		return nil, err
	}
	indices := make([]int, len(record))
	for i, name := range record {
		line, column := c.reader.FieldPos(i)
		place := fmt.Sprintf("%s, line %d, column %d", c.name, line+c.skipped, column)
		cleaned, fault := c.clean(name)
		if fault != "" {
			return nil, sentra.In(place, sentra.BadInput("", "the name of the column: %s", fault))
		}
		var err error
		if indices[i], err = sink.Column(cleaned, place); err != nil {
			return nil, err
		}
	}
	return indices, sink.Header()
}

func (c *csvFile) rows(sink Sink, indices []int) error {
	row := &Row{table: c.name, unit: "line"}
	for {
		record, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row.reset(c.last)
		for i, text := range record {
			if i >= len(indices) {
				if strings.TrimSpace(text) != "" && row.Fault == "" {
					row.Fault = fmt.Sprintf("the row has %d cells and the header %d; a cell with a delimiter in it must be in quotation marks", len(record), len(indices))
				}
				continue
			}
			if indices[i] < 0 {
				continue
			}
			cell := row.cell(indices[i])
			cell.Text, cell.Fault = c.clean(text)
			cell.Shown = cell.Text
			_, column := c.reader.FieldPos(i)
			cell.place = columnPlace(column)
		}
		if row.blank() && row.Fault == "" {
			continue
		}
		if len(record) < len(indices) && row.Fault == "" {
			row.Fault = fmt.Sprintf("the row has %d cells and the header %d", len(record), len(indices))
		}
		if err := sink.Row(row); err != nil {
			return err
		}
	}
}

// columnPlaces are the most common places, formatted once.
var columnPlaces = func() (places [512]string) {
	for i := range places {
		places[i] = fmt.Sprintf("column %d", i)
	}
	return places
}()

func columnPlace(column int) string {
	if column < len(columnPlaces) {
		return columnPlaces[column]
	}
	return fmt.Sprintf("column %d", column)
}

// clean is the package's clean, with a hint at the encoding of bytes that are not
// UTF-8.
func (c *csvFile) clean(text string) (cleaned, fault string) {
	if c.encoder != nil {
		// The text is UTF-8 that was decoded with another encoding.
		if raw, err := c.encoder.String(text); err == nil && raw != text && strings.HasPrefix(c.encoding, "windows") && utf8.ValidString(raw) && !ascii(raw) {
			return "", fmt.Sprintf("%s is UTF-8 (%s), not %s; leave out --encoding", quote(text), quote(raw), c.encoding)
		}
		return clean(text)
	}
	if utf8.ValidString(text) {
		return clean(text)
	}
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	bad := text[at:min(at+4, len(text))]
	for i := 1; i < len(bad); i++ {
		if bad[i] < utf8.RuneSelf {
			bad = bad[:i]
			break
		}
	}
	fault = fmt.Sprintf("%s is not UTF-8: byte % X as character %d", quote(text), bad, utf8.RuneCountInString(text[:at])+1)
	if guess, err := windows1252(text); err == nil {
		fault += fmt.Sprintf("; if it should read %s, import with --encoding windows-1252, or save the file as \"CSV UTF-8\"", quote(guess))
	} else {
		fault += `; name the encoding with --encoding, or save the file as "CSV UTF-8"`
	}
	return "", fault
}

func ascii(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
