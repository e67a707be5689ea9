package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// tableFlags are the options of an import of a table.
type tableFlags struct {
	delimiter, encoding, sheet, layer, asOf string
	headerRow                               int
	mapping                                 []string
	mappingFile                             string
	set                                     []string
	dryRun, quiet, deleteMissing            bool
	report                                  string
	maxSize                                 int64
}

func tableCommand(o *options, schema *ingest.Schema) *cobra.Command {
	var flags tableFlags
	command := &cobra.Command{
		Use:   schema.Kind + " FILE",
		Short: "Import " + schema.Kind + " from CSV, an Excel workbook (XLSX), GeoJSON or a GeoPackage",
		Long: `Import ` + schema.Kind + ` from CSV (comma, semicolon or tab; UTF-8, UTF-16 or another encoding by name), a sheet of
an Excel workbook (XLSX), GeoJSON with the columns as properties, or a layer of a GeoPackage; also compressed with gzip. All or
nothing: if anything is wrong, every fault is reported with its place, and nothing is written. See docs/importing.md.

The columns, and other headers that they are recognised by (case, spaces and punctuation are ignored):

` + schema.Describe(),
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			return interrupted(command.Context(), importTable(command.Context(), o, schema, args[0], flags, command.OutOrStdout(), command.ErrOrStderr()))
		},
	}
	f := command.Flags()
	f.BoolVar(&flags.dryRun, "dry-run", false, "check everything and report the outcome of each row, but write nothing")
	f.BoolVar(&flags.deleteMissing, "delete-missing", false, "delete whatever is stored of the kind and not in the file, except for what the program ships")
	f.StringVar(&flags.report, "report", "", "write the outcome of each row to this CSV file")
	f.StringArrayVar(&flags.mapping, "map", nil, `columns of headers, "Nama Sentra=name_id,Kode=regions"; "HEADER=-" ignores a column`)
	f.StringVar(&flags.mappingFile, "map-file", "", "file with one HEADER=COLUMN per line")
	f.StringArrayVar(&flags.set, "set", nil, `a value for all rows in a column that the file does not have, "phase=2017"`)
	f.StringVar(&flags.asOf, "as-of", "", "day for which names and codes of regions are looked up, YYYY-MM-DD; default the end of the row's year, or today")
	f.StringVar(&flags.sheet, "sheet", "", "sheet of a workbook; default the only one that is not empty")
	f.StringVar(&flags.layer, "layer", "", "layer of a GeoPackage; default the only one with geometries")
	f.IntVar(&flags.headerRow, "header-row", 0, "line or row that names the columns; default the first that is not empty")
	f.StringVar(&flags.delimiter, "delimiter", "", `delimiter of a CSV: ",", ";", "tab" or "|"; default detected from the header`)
	f.StringVar(&flags.encoding, "encoding", "", "encoding of CSV, such as windows-1252; default UTF-8, or UTF-16 with a byte order mark")
	f.Int64Var(&flags.maxSize, "max-size", inputfile.DefaultMaxBytes>>20, "maximum size of the file, uncompressed, in MiB")
	f.BoolVar(&flags.quiet, "quiet", false, "show no progress and no table of rows")
	return command
}

// interrupted replaces the error of a cancelled import by one that says so.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return sentra.Errorf(sentra.CodeUnavailable, "stopped: nothing was written")
	}
	return err
}

// tableOptions reads the flags.
func (flags *tableFlags) tableOptions() (ingest.TableOptions, error) {
	options := ingest.TableOptions{Today: sentra.Today(time.Now()), DryRun: flags.dryRun, DeleteMissing: flags.deleteMissing,
		Options: tablefile.Options{Encoding: flags.encoding, Sheet: flags.sheet, Layer: flags.layer, HeaderRow: flags.headerRow}}
	switch delimiter := flags.delimiter; {
	case delimiter == "":
	case strings.EqualFold(delimiter, "tab"), delimiter == `\t`:
		options.Delimiter = '\t'
	case utf8.RuneCountInString(delimiter) == 1:
		options.Delimiter, _ = utf8.DecodeRuneInString(delimiter)
	default:
		return options, sentra.BadInput("delimiter", `%.20q is not a delimiter; write ",", ";", "tab" or "|"`, delimiter)
	}
	if flags.headerRow < 0 {
		return options, sentra.BadInput("header-row", "%d is not a line number", flags.headerRow)
	}
	var pairs []string
	if flags.mappingFile != "" {
		data, err := os.ReadFile(flags.mappingFile)
		if err != nil {
			return options, sentra.Wrap(sentra.CodeBadUserInput, err, "the mapping file cannot be read")
		}
		pairs = strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
	}
	for _, text := range flags.mapping {
		pairs = append(pairs, strings.Split(text, ",")...)
	}
	var err error
	if options.Map, err = ingest.ParseMapping(pairs); err != nil {
		return options, err
	}
	options.Set = make(map[string]string)
	for _, pair := range flags.set {
		column, value, ok := strings.Cut(pair, "=")
		if !ok {
			return options, sentra.BadInput("set", "%.60q has no value; write COLUMN=VALUE", pair)
		}
		options.Set[strings.TrimSpace(column)] = strings.TrimSpace(value)
	}
	if flags.asOf != "" {
		day, err := sentra.ParseDate(flags.asOf)
		if err != nil {
			return options, sentra.In("as-of", err)
		}
		options.AsOf = &day
	}
	return options, nil
}

// holdMemory makes the garbage collector work harder above 768 MiB, unless GOMEMLIMIT
// is set: imports must stay under 1 GiB.
func holdMemory() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(768 << 20)
	}
}

func importTable(ctx context.Context, o *options, schema *ingest.Schema, path string, flags tableFlags, stdout, stderr io.Writer) (err error) {
	options, err := flags.tableOptions()
	if err != nil {
		return err
	}
	holdMemory()
	if !flags.quiet {
		bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(stderr), progressbar.OptionSetDescription("reading "+inputfile.Printable(filepath.Base(path))+", rows"),
			progressbar.OptionSetItsString("rows"), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish(),
			// The library's spinner goroutine reads the bar without its lock.
			progressbar.OptionSetSpinnerChangeInterval(0))
		options.Progress = func(rows int) { _ = bar.Set(rows) }
		defer func() { _ = bar.Finish() }()
	}
	file, err := inputfile.Open(ctx, path, inputfile.Options{MaxBytes: flags.maxSize << 20})
	if err != nil {
		return err
	}
	defer file.Close()
	if err := tablefile.Check(file, options.Options); err != nil {
		return err
	}
	open := openStore
	if flags.dryRun {
		open = openToRead
	}
	store, shut, err := open(ctx, o, o.log())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut()) }()
	report, err := ingest.Table(ctx, o.edit(store, "import "+schema.Kind+" "+path), schema, file, options)
	if report == nil {
		return err
	}
	if flags.report != "" {
		if writeErr := writeReport(flags.report, report); writeErr != nil {
			return errors.Join(err, writeErr)
		}
	}
	if report.Refusal == nil && err != nil { // valid rows could not be written
		return err
	}
	if flags.dryRun && !flags.quiet {
		if writeErr := report.WriteTable(stdout); writeErr != nil {
			return writeErr
		}
		if report.Refusal != nil {
			return sentra.Errorf(sentra.CodeBadUserInput, "%s is refused; nothing was written", path)
		}
		return nil
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, report.Summary())
	return err
}

// writeReport writes the report to a file, which appears only once it is complete.
func writeReport(path string, report *ingest.Report) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".sentra-report-*")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer os.Remove(file.Name())
	err = errors.Join(report.WriteCSV(file), file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the report to %s: %w", path, err)
	}
	return nil
}
