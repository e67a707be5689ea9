package tablefile

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// workbook has the parts of a workbook outside its sheets (ISO/IEC 29500-1, part 18).
//
// Workbooks are read here and not with a library: excelize, which writes them well,
// does not distinguish numbers from texts or dates while it streams rows, and ends a
// damaged sheet without an error.
type workbook struct {
	file    *inputfile.File
	archive *zip.Reader
	sheets  []sheet
	strings sharedStrings
	formats []format // by index of a cell's style
	from    int      // days between the workbook's day 0 and 1970-01-01
}

type sheet struct{ name, part, state string }

// format is what a cell's number format displays.
type format struct {
	date bool
	// digits is the minimum number of digits before the point and decimals the number
	// after it; fixed reports whether the format is such a plain number.
	fixed            bool
	digits, decimals int
}

func (w *workbook) damaged(err error) error {
	var coded *sentra.Error
	if errors.As(err, &coded) || w.file.Context().Err() != nil {
		return err
	}
	return sentra.In(w.file.Name, sentra.Wrap(sentra.CodeBadUserInput, err, "the workbook is damaged or not in the form that Excel writes; open it in Excel or LibreOffice and save it again"))
}

func openWorkbook(file *inputfile.File) (*workbook, error) {
	at, size := file.At()
	archive, err := zip.NewReader(at, size)
	w := &workbook{file: file, archive: archive}
	if err != nil {
		return nil, w.damaged(err)
	}
	var unpacked uint64
	for _, part := range archive.File {
		unpacked += part.UncompressedSize64
		if unpacked > uint64(file.MaxBytes()) {
			return nil, file.TooLarge()
		}
	}
	// The archive's reader fails on a part that is larger than declared.
	if err := file.CheckRatio(int64(unpacked), size); err != nil {
		return nil, err
	}
	if err := w.parts(); err != nil {
		return nil, w.damaged(err)
	}
	return w, nil
}

// open opens a part by its name in the archive.
func (w *workbook) open(name string) (io.ReadCloser, error) {
	for _, part := range w.archive.File {
		if strings.EqualFold(part.Name, name) {
			r, err := part.Open()
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{w.file.Meter(r, int64(part.UncompressedSize64)), r}, nil
		}
	}
	return nil, fmt.Errorf("the part %s is missing", quote(name))
}

// decode unmarshals a small part into v.
func (w *workbook) decode(name string, v any) error {
	r, err := w.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return err
	}
	return xml.Unmarshal(data, v)
}

type relations struct {
	Relationship []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	}
}

// target returns the part that a relationship of base refers to.
func target(base, to string) string {
	if strings.HasPrefix(to, "/") {
		return strings.TrimPrefix(to, "/")
	}
	return path.Join(path.Dir(base), to)
}

func (w *workbook) parts() error {
	book := "xl/workbook.xml"
	var root relations
	if err := w.decode("_rels/.rels", &root); err == nil {
		for _, r := range root.Relationship {
			if strings.HasSuffix(r.Type, "/officeDocument") {
				book = target("", r.Target)
			}
		}
	}
	var described struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decode(book, &described); err != nil {
		return err
	}
	var related relations
	if err := w.decode(path.Join(path.Dir(book), "_rels", path.Base(book)+".rels"), &related); err != nil {
		return err
	}
	w.from = -25569 // 1899-12-30
	if d := described.Properties.Date1904; d == "1" || d == "true" {
		w.from = -24107 // 1904-01-01
	}
	parts := make(map[string]string)
	for _, r := range related.Relationship {
		part := target(book, r.Target)
		parts[r.ID] = part
		var err error
		switch {
		case strings.HasSuffix(r.Type, "/sharedStrings"):
			err = w.readStrings(part)
		case strings.HasSuffix(r.Type, "/styles"):
			err = w.readStyles(part)
		}
		if err != nil {
			return err
		}
	}
	for _, s := range described.Sheets {
		for _, a := range s.Attrs {
			if part := parts[a.Value]; a.Name.Local == "id" && strings.Contains(part, "worksheets/") {
				w.sheets = append(w.sheets, sheet{s.Name, part, s.State})
			}
		}
	}
	if len(w.sheets) == 0 {
		return errors.New("it has no worksheet")
	}
	return nil
}

// sharedStrings are the workbook's strings, concatenated.
type sharedStrings struct {
	data []byte
	ends []uint32
}

// maxStrings limits the shared strings, in bytes.
const maxStrings = 512 << 20

func (s *sharedStrings) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return string(s.data[from:s.ends[i]]), true
}

func (w *workbook) readStrings(part string) error {
	r, err := w.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	decoder := xml.NewDecoder(r)
	phonetic, inText := 0, false
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "rPh":
				phonetic++
			case "t":
				inText = phonetic == 0
			}
		case xml.CharData:
			if inText {
				if w.strings.data = append(w.strings.data, t...); len(w.strings.data) > maxStrings {
					return sentra.Errorf(sentra.CodeLimitExceeded, "%s: the texts of the workbook have more than %s", w.file.Name, inputfile.Size(maxStrings))
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "rPh":
				phonetic--
			case "t":
				inText = false
			case "si":
				w.strings.ends = append(w.strings.ends, uint32(len(w.strings.data)))
			}
		}
	}
}

func (w *workbook) readStyles(part string) error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode(part, &styles); err != nil {
		return err
	}
	codes := map[int]string{1: "0", 2: "0.00"}
	for _, f := range styles.Formats {
		codes[f.ID] = f.Code
	}
	for _, c := range styles.Cells {
		code, own := codes[c.Format]
		f := formatOf(code)
		if !own {
			f.date = c.Format >= 14 && c.Format <= 22 || c.Format >= 27 && c.Format <= 36 || c.Format >= 45 && c.Format <= 47 || c.Format >= 50 && c.Format <= 58
		}
		w.formats = append(w.formats, f)
	}
	return nil
}

var (
	// literals are the literal parts of a format, and colours, conditions and locales.
	literals    = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)
	plainNumber = regexp.MustCompile(`^(0+)(?:\.(0+))?$`)
	dateLetters = regexp.MustCompile(`(?i)[ymdhs]`)
)

func formatOf(code string) format {
	first, _, _ := strings.Cut(literals.ReplaceAllString(code, ""), ";")
	if found := plainNumber.FindStringSubmatch(strings.TrimSpace(first)); found != nil {
		return format{fixed: true, digits: len(found[1]), decimals: len(found[2])}
	}
	return format{date: !strings.EqualFold(first, "general") && dateLetters.MatchString(first)}
}

// shown formats a number as displayed by the format, if no digit is lost.
func (f format) shown(value float64, decimal string) string {
	if !f.fixed || value < 0 {
		return decimal
	}
	text := strconv.FormatFloat(value, 'f', f.decimals, 64)
	if back, err := strconv.ParseFloat(text, 64); err != nil || back != value {
		return decimal
	}
	whole, _, _ := strings.Cut(text, ".")
	return strings.Repeat("0", max(0, f.digits-len(whole))) + text
}
