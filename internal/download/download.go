// Package download fetches the pinned public source of the boundaries: files of one
// commit of one repository. It verifies digests, resumes interrupted transfers, and
// caches the files.
package download

import (
	"bufio"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Base is the base address of the files: the repository cahyadsn/wilayah_boundaries
// (MIT) at a pinned commit.
const Base = "https://raw.githubusercontent.com/cahyadsn/wilayah_boundaries/3c5a796/db"

//go:embed SHA256SUMS
var sums string

// File is one file of the source.
type File struct {
	// Path is relative to the base: "kab/wilayah_boundaries_kab_11.sql".
	Path string
	// SHA256 is the digest in hexadecimal.
	SHA256 string
}

// Pinned lists the files of the source.
func Pinned() []File {
	var files []File
	scanner := bufio.NewScanner(strings.NewReader(sums))
	for scanner.Scan() {
		if digest, name, ok := strings.Cut(scanner.Text(), "  "); ok {
			files = append(files, File{Path: name, SHA256: digest})
		}
	}
	return files
}

// Fetcher fetches files into a cache.
type Fetcher struct {
	// Base is the base address, by default the constant Base; a mirror has the same
	// paths below it.
	Base     string
	CacheDir string
	Client   *http.Client
	// Progress is called after each file; it may be nil.
	Progress func(done, all int)
}

// Fetch returns the local paths of the files, and fetches those that are not cached.
// A file that is not available is UNAVAILABLE, one with another digest a CONFLICT.
func (f Fetcher) Fetch(ctx context.Context, files []File) ([]string, error) {
	if f.Base == "" {
		f.Base = Base
	}
	if f.Client == nil {
		f.Client = &http.Client{Timeout: 2 * time.Minute}
	}
	var paths []string
	for i, file := range files {
		local := filepath.Join(f.CacheDir, filepath.FromSlash(path.Clean("/"+file.Path)))
		if digest, err := digestOf(local); err != nil || digest != file.SHA256 {
			if err := f.fetch(ctx, file, local); err != nil {
				return nil, err
			}
		}
		paths = append(paths, local)
		if f.Progress != nil {
			f.Progress(i+1, len(files))
		}
	}
	return paths, nil
}

func (f Fetcher) fetch(ctx context.Context, file File, local string) error {
	if err := os.MkdirAll(filepath.Dir(local), 0o755); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	part := local + ".part"
	address := strings.TrimSuffix(f.Base, "/") + "/" + file.Path
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		return struct{}{}, f.resume(ctx, address, part)
	}, backoff.WithMaxTries(4), backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 200 * time.Millisecond, Multiplier: 2, MaxInterval: 5 * time.Second}))
	if err != nil {
		return sentra.Wrap(sentra.CodeUnavailable, err, "the boundaries' source %s cannot be fetched; set SENTRA_BOUNDARIES_URL to a mirror", address)
	}
	digest, err := digestOf(part)
	if err != nil {
		return fmt.Errorf("check the file fetched: %w", err)
	}
	if digest != file.SHA256 {
		os.Remove(part)
		return sentra.Errorf(sentra.CodeConflict, "%s is not the pinned file: its SHA-256 is %s, not %s", address, digest, file.SHA256)
	}
	if err := os.Rename(part, local); err != nil {
		return fmt.Errorf("keep the file fetched: %w", err)
	}
	return nil
}

// resume continues at the end of the part file.
func (f Fetcher) resume(ctx context.Context, address, part string) error {
	out, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return backoff.Permanent(fmt.Errorf("open the part file: %w", err))
	}
	defer out.Close()
	info, err := out.Stat()
	if err != nil {
		return backoff.Permanent(fmt.Errorf("look at the part file: %w", err))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return backoff.Permanent(err)
	}
	if info.Size() > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", info.Size()))
	}
	response, err := f.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusPartialContent:
	case http.StatusOK:
		// The server ignored the range and sends the whole file.
		if err := out.Truncate(0); err != nil {
			return backoff.Permanent(err)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		// The part is complete already, or longer than the file; the digest decides.
		return nil
	default:
		err := errors.New("the server answers " + response.Status)
		if response.StatusCode >= 400 && response.StatusCode < 500 && response.StatusCode != http.StatusTooManyRequests {
			return backoff.Permanent(err)
		}
		return err
	}
	_, err = io.Copy(out, response.Body)
	return err
}

func digestOf(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
