package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// exportFlags map the parameters of the HTTP routes to flags.
var exportFlags = [...]struct{ parameter, flag, usage string }{
	{"filter", "filter", "which rows: the JSON object that GraphQL takes as a filter"},
	{"asOf", "as-of", "the day, YYYY-MM-DD (default today in Jakarta)"},
	{"lang", "lang", "language of prose and licences: en or id (default en)"},
	{"orderBy", "order-by", "the order, as GraphQL names it"},
	{"product", "product", "for a screening: products whose clusters count, keys or names separated by commas"},
	{"weights", "weights", "for a screening: weights of elements, a JSON object such as {\"dak\": 2} (default 1 each)"},
	{"withinMetres", "within-metres", "for a screening: distance in metres within which facilitators are reported (default 100000)"},
	{"zoom", "zoom", "simplify boundaries for a web map at this zoom, 0 to 14"},
	{"toleranceMetres", "tolerance-metres", "simplify boundaries by at most about this many metres"},
	{"precision", "precision", "decimal places of coordinates, 0 to 7 (default 6)"},
	{"geometry", "geometry", "none, point or boundary"},
	{"winding", "winding", "winding order of rings: rfc7946 (default; for TopoJSON d3), or d3, clockwise as d3-geo expects"},
	{"columns", "columns", "columns of a CSV or XLSX: narrow for the main ones, or names separated by commas (default all)"},
	{"delimiter", "delimiter", "delimiter of a CSV: comma, or semicolon with decimal commas"},
	{"bom", "bom", "true: begin a CSV with a byte order mark, so that spreadsheets detect UTF-8"},
}

func exportCommand(o *options) *cobra.Command {
	command := &cobra.Command{Use: "export", Short: "Export regions, clusters, other facts, a screening or the map's tiles to a file, as the HTTP routes do"}
	for _, layer := range export.Layers() {
		formats := make([]string, len(export.Formats(layer)))
		for i, format := range export.Formats(layer) {
			formats[i] = string(format)
		}
		var format, output string
		var quiet bool
		one := &cobra.Command{
			Use:   string(layer),
			Short: "Export " + string(layer) + " as " + strings.Join(formats, ", "),
			Long: fmt.Sprintf(`Export all %s as %s, with the sources and licences in the file.

A file appears under its name only once it is complete. Without --output it goes to standard output.`, layer, strings.Join(formats, ", ")),
			Args: cobra.NoArgs,
			RunE: func(command *cobra.Command, _ []string) error {
				parameters := url.Values{}
				for _, f := range exportFlags {
					if given := command.Flags().Lookup(f.flag); given != nil && given.Changed {
						parameters.Set(f.parameter, given.Value.String())
					}
				}
				request, err := export.Parse(layer, export.Format(format), parameters,
					export.Filters{Regions: graph.ParseRegionFilter, Clusters: graph.ParseClusterFilter, Supports: graph.ParseSupportFilter}, sentra.Today(time.Now()))
				if err != nil {
					return nameFlag(err)
				}
				return nameFlag(runExport(command.Context(), o, request, output, command.OutOrStdout(), quiet))
			},
		}
		flags := one.Flags()
		flags.StringVar(&format, "format", formats[0], strings.Join(formats, ", "))
		flags.StringVar(&output, "output", "-", "file to write, or a folder to write a file with the default name into; - for standard output")
		flags.BoolVar(&quiet, "quiet", false, "show no progress bar")
		for _, f := range exportFlags {
			if slices.ContainsFunc(export.Formats(layer), func(format export.Format) bool { return slices.Contains(export.Parameters(layer, format), f.parameter) }) {
				flags.String(f.flag, "", f.usage)
			}
		}
		command.AddCommand(one)
	}
	command.AddCommand(exportTilesCommand(o))
	return command
}

// nameFlag replaces the parameter that an error names by its flag.
func nameFlag(err error) error {
	err = sentra.Renamed("format", "--format", err)
	for _, f := range exportFlags {
		err = sentra.Renamed(f.parameter, "--"+f.flag, err)
	}
	return err
}

func runExport(ctx context.Context, o *options, request *export.Request, output string, stdout io.Writer, quiet bool) (err error) {
	store, shut, err := openToRead(ctx, o, o.log())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut()) }()
	data, err := store.Load(ctx)
	if err != nil {
		return err
	}
	present, err := atlas.New(data)
	if err != nil {
		return err
	}
	on, err := present.On(request.Day)
	if err != nil {
		return sentra.In("asOf", err)
	}
	if on.Counts().Boundaries == 0 && request.Geometry == export.Boundary {
		o.log().Warn("no boundaries are loaded: geometries are null; load them with `sentra import boundaries`")
	}
	answer, err := export.New(ctx, present, request)
	if err != nil {
		return err
	}
	var progress func(done, all int)
	if !quiet {
		bar := progressbar.NewOptions(answer.Count, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("exporting"),
			progressbar.OptionThrottle(65*time.Millisecond))
		progress = func(done, _ int) { _ = bar.Set(done) }
	}
	write := func(w io.Writer) error { return answer.Write(ctx, w, progress) }
	where := "the standard output"
	if output == "-" {
		err = write(stdout)
	} else {
		if info, statErr := os.Stat(output); statErr == nil && info.IsDir() {
			output = filepath.Join(output, request.FileName())
		}
		where, err = output, writeWhole(output, write)
	}
	if !quiet {
		fmt.Fprintln(os.Stderr)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d %s of %s written to %s\n", answer.Count, request.Layer, request.Day, where)
	if answer.NotCovered > 0 {
		fmt.Fprintf(os.Stderr, "%d more could not be judged: nothing loaded covers them on that day\n", answer.NotCovered)
	}
	return nil
}

// writeWhole writes a temporary file in the same folder and renames it once it is
// complete, so that nobody sees a partial file. It writes directly to a device or
// pipe.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	if info, statErr := os.Stat(path); statErr == nil && !info.Mode().IsRegular() {
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("open the file to write: %w", err)
		}
		return errors.Join(write(device), device.Close())
	}
	// A symbolic link stays: its target is replaced.
	if target, linkErr := filepath.EvalSymlinks(path); linkErr == nil {
		path = target
	}
	unfinished, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return fmt.Errorf("make the file to write: %w", err)
	}
	defer func() {
		if err != nil {
			_ = unfinished.Close()
			_ = os.Remove(unfinished.Name())
		}
	}()
	if err := write(unfinished); err != nil {
		return err
	}
	// CreateTemp makes a file that only its owner can read.
	if err := unfinished.Chmod(0o644); err != nil {
		return fmt.Errorf("make the file readable: %w", err)
	}
	if err := unfinished.Sync(); err != nil {
		return fmt.Errorf("write the file to disk: %w", err)
	}
	if err := unfinished.Close(); err != nil {
		return fmt.Errorf("finish the file: %w", err)
	}
	if err := os.Rename(unfinished.Name(), path); err != nil {
		return fmt.Errorf("move the file to its place: %w", err)
	}
	return nil
}
