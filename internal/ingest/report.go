package ingest

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// Action is what an import does with a row.
type Action string

const (
	New       Action = "new"
	Changed   Action = "changed"
	Unchanged Action = "unchanged"
	Refused   Action = "refused"
)

// ReportRow is what happens to one row.
type ReportRow struct {
	// Row is the line of a CSV file, the row of a worksheet or the number of a Feature;
	// 0 for the file as a whole.
	Row     int
	Key     string
	Action  Action
	Message string
}

// Report is the result of an import, row by row.
type Report struct {
	File string
	Kind string
	// Unit is how rows are called: "line", "row" or "feature".
	Unit   string
	DryRun bool
	// Rows is the number of all rows, and Counts their number by action.
	Rows   int
	Counts map[Action]int
	// Notes are about what was repaired, skipped or not stored.
	Notes []string
	// Refusal is set if anything is wrong: then nothing is written.
	Refusal *Refusal

	rows          int // number of valid rows
	row           func(int) ReportRow
	deleteMissing bool
}

func newReport(file *inputfile.File, t *table) *Report {
	r := &Report{File: file.Name, Kind: t.schema.Kind, DryRun: t.options.DryRun, deleteMissing: t.options.DeleteMissing, Rows: t.rows, Counts: make(map[Action]int)}
	if t.row.Row != nil {
		r.Unit = t.row.Unit()
	}
	if err := t.refusal(); err != nil {
		r.Refusal = err.(*Refusal)
	}
	if t.shown > 0 {
		r.note("%s that were numbers are read as the workbook shows them, with their zeros", counted(t.shown, "code"))
	}
	if len(t.unread) > 0 {
		quoted := make([]string, len(t.unread))
		for i, name := range t.unread {
			quoted[i] = tablefile.Quote(name)
		}
		r.note("columns that were passed over: %s", cut(quoted, 20))
	}
	for i, name := range t.names {
		if column := t.schema.Columns[i]; name != "" && column.NotStored {
			r.note("the column %s is checked and used, but not stored: the record has no place for it yet", t.header(column.Name))
		}
	}
	return r
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// counted returns a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// cut lists the first names and counts the others.
func cut(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}

// finish counts the rows and, if nothing is wrong, makes the commands one change.
func (r *Report) finish(ctx context.Context, record Record, kind sentra.EntityKind, commands ...register.Command) (*Report, error) {
	for i := range r.rows {
		r.Counts[r.row(i).Action]++
	}
	if r.Refusal != nil {
		r.Counts[Refused] = r.Rows - r.rows
		return r, r.Refusal
	}
	apply := record.Apply
	if r.deleteMissing {
		commands = append(commands, register.DeleteOthers(kind))
	}
	if r.DryRun { // rules over several entities are checked by the record
		apply = record.Preview
	}
	outcome, err := apply(ctx, commands...)
	if r.deleteMissing && err == nil {
		r.noteDeleted(outcome, kind)
	}
	return r, err
}

// noteDeleted adds a note about deleted entities.
func (r *Report) noteDeleted(outcome register.Outcome, kind sentra.EntityKind) {
	var keys []string
	for i := range outcome.Items {
		if item := &outcome.Items[i]; item.Entity.Kind == kind && item.Deleted() {
			keys = append(keys, tablefile.Quote(item.Key))
		}
	}
	if len(keys) == 0 {
		r.note("the file has all %s that are stored, but for what the program ships", r.Kind)
		return
	}
	r.note("%d %s that are not in the file: deleted %s", len(keys), r.Kind, cut(keys, 20))
}

// field is a value of an entity under the name of its column.
type field struct{ name, value string }

// compare describes how a row changes what is stored.
func (row *ReportRow) compare(before, after []field) {
	row.Action = Unchanged
	var changes []string
	for i, b := range before {
		if a := after[i]; a.value != b.value {
			changes = append(changes, fmt.Sprintf("%s: %s -> %s", a.name, tablefile.Quote(b.value), tablefile.Quote(a.value)))
		}
	}
	if len(changes) > 0 {
		row.Action, row.Message = Changed, strings.Join(changes, "; ")
	}
}

func join[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = string(one)
	}
	return strings.Join(texts, ";")
}

func decimals(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// each yields every row in the order of the file: valid ones, and each fault of the
// others.
func (r *Report) each(yield func(ReportRow) error) error {
	var faults []Fault
	if r.Refusal != nil {
		faults = r.Refusal.Faults
	}
	i := 0
	for _, f := range faults {
		for ; i < r.rows; i++ {
			row := r.row(i)
			if row.Row >= f.Row {
				break
			}
			if err := yield(row); err != nil {
				return err
			}
		}
		if err := yield(ReportRow{Row: f.Row, Action: Refused, Message: strings.TrimPrefix(f.Err.Error(), r.File+", ")}); err != nil {
			return err
		}
	}
	for ; i < r.rows; i++ {
		if err := yield(r.row(i)); err != nil {
			return err
		}
	}
	if r.Refusal != nil && r.Refusal.Total > len(faults) {
		return yield(ReportRow{Action: Refused, Message: counted(r.Refusal.Total-len(faults), "more fault") + " not listed"})
	}
	return nil
}

// WriteCSV writes the report as CSV: line, key, action, message.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{cmp.Or(r.Unit, "line"), "key", "action", "message"}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	err := r.each(func(row ReportRow) error {
		number := ""
		if row.Row > 0 {
			number = strconv.Itoa(row.Row)
		}
		return out.Write([]string{number, safe(row.Key), string(row.Action), safe(row.Message)})
	})
	out.Flush()
	if err = cmp.Or(err, out.Error()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// safe prepends an apostrophe to a text that a spreadsheet would run as a formula.
func safe(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// WriteTable writes the report as a table for a terminal, with a summary.
func (r *Report) WriteTable(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%8s  %-9s  %-40s  %s\n", cmp.Or(r.Unit, "line"), "action", "key", "message")
	err := r.each(func(row ReportRow) error {
		number := "-"
		if row.Row > 0 {
			number = strconv.Itoa(row.Row)
		}
		_, err := fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%8s  %-9s  %-40s  %s", number, row.Action, row.Key, row.Message), " "))
		return err
	})
	if err == nil {
		fmt.Fprintln(out)
		_, err = fmt.Fprintln(out, r.Summary())
	}
	if err = cmp.Or(err, out.Flush()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// Summary formats the counts and notes in a few lines.
func (r *Report) Summary() string {
	var counts []string
	for _, action := range []Action{New, Changed, Unchanged, Refused} {
		if n := r.Counts[action]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, action))
		}
	}
	if len(counts) == 0 {
		counts = []string{"nothing"}
	}
	lines := []string{fmt.Sprintf("%s: %s of %s: %s", r.File, counted(r.Rows, "row"), r.Kind, strings.Join(counts, ", "))}
	lines = append(lines, slices.Clone(r.Notes)...)
	switch {
	case r.Refusal != nil:
		lines = append(lines, counted(r.Refusal.Total, "fault")+": nothing was written")
	case r.DryRun:
		lines = append(lines, "dry run: nothing was written")
	}
	return strings.Join(lines, "\n")
}
