package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/embeddedpg"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// today is the day of every query without a day.
var today = sentra.MustDate("2026-11-24")

// wgs84 is the spatial reference of every geometry (EPSG:4326).
const wgs84 = 4326

// world is one PostgreSQL with Sentra's record and the tables of the peers, and
// Sentra's atlas of the same data.
type world struct {
	settings settings
	dir      string
	server   *embeddedpg.Server
	store    *postgres.Store
	db       *sqlx.DB
	atlas    *atlas.Atlas
	on       atlas.View
	faces    *loop
	quiet    *slog.Logger
}

//go:embed peer.sql
var peerTables string

//go:embed peer_fill.sql
var peerFill string

// tuned are settings of PostgreSQL: everything fits in memory, JIT and parallel
// workers are off where they cost more than they gain, and the planner knows that
// pages are cached.
var tuned = map[string]string{
	"shared_buffers":                  "1GB",
	"effective_cache_size":            "8GB",
	"work_mem":                        "64MB",
	"maintenance_work_mem":            "256MB",
	"random_page_cost":                "1.1",
	"effective_io_concurrency":        "200",
	"max_wal_size":                    "4GB",
	"jit":                             "off",
	"max_parallel_workers_per_gather": "0",
	"autovacuum":                      "off",
}

func newWorld(ctx context.Context, s settings) (_ *world, err error) {
	w := &world{settings: s, quiet: slog.New(slog.NewTextHandler(io.Discard, nil))}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "sentra-peers-"); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	// PostgreSQL's account needs access.
	if err := os.Chmod(w.dir, 0o755); err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	log.Print("starting PostgreSQL")
	if w.server, err = embeddedpg.Start(ctx, embeddedpg.Config{Dir: filepath.Join(w.dir, "postgres"), Fleeting: true, Settings: tuned}); err != nil {
		return nil, err
	}
	if w.db, err = sqlx.ConnectContext(ctx, "postgres", w.server.URL()); err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	if err := w.fillRecord(ctx); err != nil {
		return nil, err
	}
	if err := w.fillPeer(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *world) close() error {
	var all []error
	if w.db != nil {
		all = append(all, w.db.Close())
	}
	if w.store != nil {
		all = append(all, w.store.Close())
	}
	if w.server != nil {
		all = append(all, w.server.Stop())
	}
	return errors.Join(append(all, os.RemoveAll(w.dir))...)
}

// fillRecord fills Sentra's record: the facts, the boundaries, and synthetic clusters
// of a phase after every day that the first query of the README uses.
func (w *world) fillRecord(ctx context.Context) (err error) {
	log.Print("importing facts and boundaries")
	if w.store, err = postgres.Open(ctx, w.server.URL()); err != nil {
		return err
	}
	files, err := boundaryfile.Files(w.settings.boundaries)
	if err != nil {
		return err
	}
	if err := servertest.Fill(ctx, w.store, files...); err != nil {
		return err
	}
	holder, err := atlas.NewHolder(ctx, w.store, w.quiet)
	if err != nil {
		return err
	}
	bare, err := holder.Atlas().On(today)
	if err != nil {
		return err
	}
	w.faces = newLoop(bare)

	log.Printf("importing %d synthetic clusters", w.settings.clusters)
	made := syntheticClusters(w.faces, holder.Atlas().Data, w.settings.clusters)
	begins, err := sentra.ParsePartialDate(syntheticPhase)
	if err != nil {
		return err
	}
	if _, err := app.Register(w.store).Edit("bench", "synthetic clusters").Apply(ctx,
		register.Put(sentra.Source{ID: syntheticSource, Title: "Synthetic clusters for measurements"}),
		register.Put(sentra.Phase{Key: syntheticPhase, From: begins, Sources: []sentra.SourceID{syntheticSource}}),
		register.Put(made...)); err != nil {
		return err
	}
	if err := holder.Refresh(ctx); err != nil {
		return err
	}
	w.atlas = holder.Atlas()
	w.on, err = w.atlas.On(today)
	return err
}

// fillPeer stores the same regions, boundaries and clusters in the peers' tables.
func (w *world) fillPeer(ctx context.Context) error {
	log.Print("filling the peers' tables")
	if _, err := w.db.ExecContext(ctx, `CREATE EXTENSION postgis`); err != nil {
		return fmt.Errorf("load PostGIS (run `make setup-bench`): %w", err)
	}
	if _, err := w.db.ExecContext(ctx, peerTables); err != nil {
		return fmt.Errorf("make the peers' tables: %w", err)
	}
	tx, err := w.db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("fill the peers' tables: %w", err)
	}
	// A rollback after the commit does nothing.
	defer tx.Rollback()
	copyRows := func(table string, columns []string, rows func(add func(...any) error) error) error {
		statement, err := tx.PrepareContext(ctx, `COPY peer.`+table+` (`+strings.Join(columns, ", ")+`) FROM STDIN`)
		if err != nil {
			return fmt.Errorf("copy to %s: %w", table, err)
		}
		err = rows(func(values ...any) error {
			_, err := statement.ExecContext(ctx, values...)
			return err
		})
		if err == nil {
			_, err = statement.ExecContext(ctx)
		}
		if err := errors.Join(err, statement.Close()); err != nil {
			return fmt.Errorf("copy to %s: %w", table, err)
		}
		return nil
	}
	err = copyRows("region", []string{"code", "kind", "name", "label_point", "area_km2"}, func(add func(...any) error) error {
		for i := range w.atlas.Data.Regions {
			r := &w.atlas.Data.Regions[i]
			label, area := r.Point, any(nil)
			if s := w.on.Shape(r.Code); s != nil {
				label, area = s.Label, s.AreaKm2
			}
			if err := add(string(r.Code), string(r.Kind), r.Name, wkb(label), area); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = copyRows("boundary", []string{"region_code", "shape"}, func(add func(...any) error) error {
		for i := range w.atlas.Data.Regions {
			if s := w.on.Shape(w.atlas.Data.Regions[i].Code); s != nil {
				if err := add(string(s.Region), wkb(s.Boundary.Shape)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = copyRows("membership", []string{"region_code", "province_code", "valid_from", "valid_to"}, func(add func(...any) error) error {
		for _, m := range w.atlas.Data.Memberships {
			if err := add(string(m.Region), string(m.Province), m.Validity.From.String(), lastDay(m.Validity.To)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = copyRows("designation", []string{"id", "region_code", "kind", "regulation", "in_force_from", "valid_to"}, func(add func(...any) error) error {
		for i := range w.atlas.Data.Designations {
			d := &w.atlas.Data.Designations[i]
			if err := add(d.ID, string(d.Region), string(d.Kind), d.Regulation, d.InForceFrom().String(), lastDay(d.To)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	clusters, err := w.on.Clusters(ctx, nil, sentra.ClustersByPhase, false)
	if err != nil {
		return err
	}
	err = copyRows("cluster", []string{"key", "position", "name", "begins", "place"}, func(add func(...any) error) error {
		for i, c := range clusters.Hits() {
			var begins any
			if len(c.Phases) > 0 {
				begins = c.Begins.String()
			}
			if err := add(c.Key, i, c.NameEN, begins, wkb(c.Place)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = copyRows("cluster_region", []string{"cluster_key", "region_code"}, func(add func(...any) error) error {
		for _, c := range clusters.Hits() {
			for _, code := range c.Regions {
				if err := add(c.Key, string(code)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("fill the peers' tables: %w", err)
	}
	if _, err := w.db.ExecContext(ctx, peerFill); err != nil {
		return fmt.Errorf("finish the peers' tables: %w", err)
	}
	if _, err := w.db.ExecContext(ctx, `VACUUM (FREEZE, ANALYZE)`); err != nil {
		return fmt.Errorf("analyse the peers' tables: %w", err)
	}
	return nil
}

// lastDay returns the last day of a period for a date column: NULL if it has none.
func lastDay(to *sentra.Date) any {
	if to == nil {
		return nil
	}
	return to.String()
}

// wkb returns a geometry as hexadecimal EWKB, the text format of PostGIS.
func wkb(g orb.Geometry) string { return ewkb.MustMarshalToHex(g, wgs84) }

// peerConnection opens a dedicated connection with the peers' tables.
func (w *world) peerConnection(ctx context.Context) (*sqlx.Conn, error) {
	conn, err := w.db.Connx(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	if _, err := conn.ExecContext(ctx, `SET search_path = measured, peer, public`); err != nil {
		return nil, errors.Join(fmt.Errorf("set up the connection: %w", err), conn.Close())
	}
	return conn, nil
}

// machine describes the machine of the measurements.
func machine(ctx context.Context, w *world) string {
	var versions string
	if err := w.db.GetContext(ctx, &versions, `SELECT 'PostgreSQL ' || current_setting('server_version') || ', PostGIS ' || postgis_lib_version()`); err != nil {
		versions = "PostgreSQL of unknown version"
	}
	output := func(name string, arguments ...string) string {
		out, err := exec.CommandContext(ctx, name, arguments...).Output()
		if err != nil {
			return "unknown"
		}
		return strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("%s, %s cores, %s, %s, Node.js %s.\n", output("sh", "-c", `sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1`),
		output("nproc"), output("go", "env", "GOVERSION"), versions, output("node", "--version"))
}
