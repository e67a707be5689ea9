package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/download"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func importCommand(o *options) *cobra.Command {
	command := &cobra.Command{Use: "import", Short: "Import boundaries or tables, each all or nothing"}
	var flags boundaryFlags
	boundaries := &cobra.Command{
		Use:   "boundaries [PATH|URL]",
		Short: "Import boundaries from GeoJSON or a GeoPackage, or from the pinned public source if no path is given",
		Long: `Import boundaries from a GeoJSON FeatureCollection or newline-delimited Features (also compressed with gzip), a GeoPackage, the SQL
form of the public source, or a folder of such files. Without a path the pinned public source is downloaded, checked and
cached; SENTRA_BOUNDARIES_URL names a mirror of it.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			open := openStore
			if flags.dryRun {
				open = openToRead
			}
			store, shut, err := open(command.Context(), o, o.log())
			if err != nil {
				return err
			}
			defer shut()
			files := func() ([]string, error) { return downloadBoundaries(command.Context(), os.Stderr) }
			if len(args) == 1 {
				files = func() ([]string, error) { return boundaryPaths(args[0]) }
			}
			return importBoundaries(command.Context(), o.edit(store, "import boundaries "+fallback(strings.Join(args, ""), "of the public source")), files, flags, o.log())
		},
	}
	boundaries.Flags().StringVar(&flags.options.CodeProperty, "code-property", "", `property that holds the code (default "code", otherwise the feature's id)`)
	boundaries.Flags().StringVar(&flags.options.NameProperty, "name-property", "", `property that holds the name (default "name")`)
	boundaries.Flags().StringVar(&flags.options.Layer, "layer", "", "layer of a GeoPackage; default the only one with geometries")
	boundaries.Flags().StringVar(&flags.source, "source", "", "title of the source to cite; default the pinned public source")
	boundaries.Flags().BoolVar(&flags.quiet, "quiet", false, "show no progress bar")
	boundaries.Flags().BoolVar(&flags.dryRun, "dry-run", false, "check everything, but write nothing")
	boundaries.Flags().Int64Var(&flags.maxSize, "max-size", inputfile.DefaultMaxBytes>>20, "maximum size of a file, uncompressed, in MiB")
	o.addChangeFlags(command)
	command.AddCommand(boundaries,
		tableCommand(o, ingest.ClusterSchema),
		tableCommand(o, ingest.CodeSchema),
		tableCommand(o, ingest.CoverageSchema),
		tableCommand(o, ingest.DesignationSchema),
		tableCommand(o, ingest.SupportSchema),
		tableCommand(o, ingest.FacilitatorSchema),
		tableCommand(o, ingest.CandidateSchema))
	return command
}

// boundaryFlags are the options of an import of boundaries.
type boundaryFlags struct {
	options boundaryfile.Options
	source  string
	quiet   bool
	dryRun  bool
	maxSize int64
}

func boundaryPaths(path string) ([]string, error) {
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		return []string{path}, nil
	}
	return boundaryfile.Files(path)
}

// downloadBoundaries downloads the pinned source, or its mirror, to the cache.
func downloadBoundaries(ctx context.Context, progress io.Writer) ([]string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	fetcher := download.Fetcher{Base: os.Getenv("SENTRA_BOUNDARIES_URL"), CacheDir: filepath.Join(cache, "sentra", "boundaries")}
	if progress != nil {
		bar := progressbar.NewOptions(len(download.Pinned()), progressbar.OptionSetWriter(progress), progressbar.OptionSetDescription("downloading"))
		fetcher.Progress = func(done, _ int) { _ = bar.Set(done) }
		defer fmt.Fprintln(progress)
	}
	return fetcher.Fetch(ctx, download.Pinned())
}

func importBoundaries(ctx context.Context, record ingest.Record, files func() ([]string, error), flags boundaryFlags, log *slog.Logger) error {
	holdMemory()
	paths, err := files()
	if err != nil {
		return err
	}
	brought, err := facts.Load()
	if err != nil {
		return err
	}
	options := ingest.BoundaryOptions{Options: flags.options, DryRun: flags.dryRun, MaxBytes: flags.maxSize << 20}
	for _, source := range brought.Sources {
		if source.ID == facts.BoundarySource {
			options.Source = source
		}
	}
	if flags.source != "" {
		options.Source = sentra.Source{ID: sentra.SourceID("boundaries-" + sentra.Slug(flags.source)), Title: flags.source}
	}
	var bar *progressbar.ProgressBar
	if !flags.quiet {
		doing := ""
		options.Progress = func(now string, done, all int) {
			if now != doing {
				if bar != nil {
					fmt.Fprintln(os.Stderr)
				}
				doing, bar = now, progressbar.NewOptions(all, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(now))
			}
			_ = bar.Set(done)
		}
	}
	report, err := ingest.Boundaries(ctx, record, paths, options)
	if err != nil {
		if bar != nil {
			fmt.Fprintln(os.Stderr)
		}
		return interrupted(ctx, err)
	}
	if flags.quiet && !flags.dryRun {
		log.Info("boundaries imported", "provinces", report.Provinces, "regencies", report.Regencies, "changed", report.Changed)
		return nil
	}
	fmt.Fprintln(os.Stderr)
	fmt.Println(report)
	return nil
}
