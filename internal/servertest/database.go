package servertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Database makes a database with the facts and the boundaries of the files, if any,
// and returns its address. The first call of a run fills a template, which the others
// copy.
func Database(ctx context.Context, server *pgtest.Server, boundaries ...string) (url string, err error) {
	key, err := contentKey(boundaries)
	if err != nil {
		return "", err
	}
	return server.NewFilled(ctx, key, func(ctx context.Context, url string) (err error) {
		store, err := postgres.Open(ctx, url)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		return Fill(ctx, store, boundaries...)
	})
}

// Fill migrates an empty database and writes the facts and the boundaries of the
// files, if any.
func Fill(ctx context.Context, store *postgres.Store, boundaries ...string) error {
	if _, err := app.Prepare(ctx, store); err != nil {
		return err
	}
	if len(boundaries) == 0 {
		return nil
	}
	_, err := ingest.Boundaries(ctx, app.Register(store).Edit("test", "boundaries"), boundaries,
		ingest.BoundaryOptions{Source: sentra.Source{ID: facts.BoundarySource, Title: "wilayah_boundaries", Licence: "MIT"}})
	return err
}

// contentKey is a digest of everything that a filled database depends on: the
// boundary files, the migrations, and the code and facts that are written to it.
func contentKey(boundaries []string) (string, error) {
	root, err := boundarytest.ModuleRoot()
	if err != nil {
		return "", err
	}
	digest := sha256.New()
	for _, folder := range []string{"migrations", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			return addFile(digest, path)
		})
		if err != nil {
			return "", fmt.Errorf("digest %s: %w", folder, err)
		}
	}
	for _, path := range boundaries {
		if err := addFile(digest, path); err != nil {
			return "", fmt.Errorf("digest the boundaries: %w", err)
		}
	}
	return hex.EncodeToString(digest.Sum(nil)[:16]), nil
}

func addFile(digest io.Writer, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(digest, "%s %d\n", filepath.Base(path), len(data))
	_, err = digest.Write(data)
	return err
}
