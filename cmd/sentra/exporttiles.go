package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// archiveFlags are the flags of the export of tiles.
type archiveFlags struct {
	day, filter, clusterFilter, layers, output string
	maxZoom                                    int
	quiet                                      bool
}

func exportTilesCommand(o *options) *cobra.Command {
	var f archiveFlags
	command := &cobra.Command{
		Use:   "tiles",
		Short: "Export the map's vector tiles as a PMTiles archive",
		Long: `Export the map's vector tiles as a PMTiles archive: one file that maps read with range requests, without a tile server.

A file appears under its name only once it is complete.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return runExportTiles(command.Context(), o, f, command.OutOrStdout())
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.output, "output", "-", "file to write, or a folder to write a file with the default name into; - for standard output")
	flags.IntVar(&f.maxZoom, "max-zoom", 10, fmt.Sprintf("maximum zoom, 0 to %d", tile.MaxZoom))
	flags.StringVar(&f.day, "as-of", "", "the day, YYYY-MM-DD (default today in Jakarta)")
	flags.StringVar(&f.filter, "filter", "", "which regions: the JSON object that GraphQL takes as a filter")
	flags.StringVar(&f.clusterFilter, "cluster-filter", "", "which clusters, likewise")
	flags.StringVar(&f.layers, "layers", "", "only these layers, separated by commas")
	flags.BoolVar(&f.quiet, "quiet", false, "show no progress bar")
	return command
}

// query reads the flags of the query.
func (f archiveFlags) query() (tile.Query, error) {
	q := tile.Query{Day: sentra.Today(time.Now())}
	var err error
	if f.maxZoom < 0 || f.maxZoom > tile.MaxZoom {
		return q, sentra.BadInput("--max-zoom", "zoom %d is out of range; give 0 to %d", f.maxZoom, tile.MaxZoom)
	}
	if f.day != "" {
		if q.Day, err = sentra.ParseDate(f.day); err != nil {
			return q, sentra.In("--as-of", err)
		}
	}
	if f.filter != "" {
		if q.Regions, err = graph.ParseRegionFilter(f.filter); err != nil {
			return q, sentra.Renamed("filter", "--filter", err)
		}
	}
	if f.clusterFilter != "" {
		if q.Clusters, err = graph.ParseClusterFilter(f.clusterFilter); err != nil {
			return q, sentra.Renamed("filter", "--cluster-filter", err)
		}
	}
	if f.layers != "" {
		q.Layers = strings.Split(f.layers, ",")
		if err := tile.CheckLayers(q.Layers); err != nil {
			return q, sentra.In("--layers", err)
		}
	}
	return q, nil
}

func runExportTiles(ctx context.Context, o *options, f archiveFlags, stdout io.Writer) (err error) {
	query, err := f.query()
	if err != nil {
		return err
	}
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
	tiles, err := tile.NewTiles(func() *atlas.Atlas { return present }, model.ClusterID, 0)
	if err != nil {
		return err
	}
	var progress func(done, all int)
	if !f.quiet {
		bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("exporting"), progressbar.OptionThrottle(65*time.Millisecond))
		progress = func(done, all int) {
			bar.ChangeMax(all)
			_ = bar.Set(done)
		}
	}
	write := func(w io.Writer) error { return tiles.WriteArchive(ctx, w, query, f.maxZoom, progress) }
	output, where := f.output, "the standard output"
	if output == "-" {
		err = write(stdout)
	} else {
		if info, statErr := os.Stat(output); statErr == nil && info.IsDir() {
			output = filepath.Join(output, fmt.Sprintf("sentra-tiles-%s.pmtiles", query.Day))
		}
		where, err = output, writeWhole(output, write)
	}
	if !f.quiet {
		fmt.Fprintln(os.Stderr)
	}
	for parameter, flag := range map[string]string{"asOf": "--as-of", "filter": "--filter", "clusterFilter": "--cluster-filter"} {
		err = sentra.Renamed(parameter, flag, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "tiles of %s written to %s\n", query.Day, where)
	return nil
}
