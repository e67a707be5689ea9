package embeddedpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// findBinaries returns the folder of initdb and pg_ctl, or "".
func findBinaries(ctx context.Context) string {
	var candidates []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		candidates = append(candidates, strings.TrimSpace(string(out)))
	}
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(versions, func(a, b string) int { return major(b) - major(a) })
	candidates = append(candidates, versions...)
	if path, err := exec.LookPath("initdb"); err == nil {
		candidates = append(candidates, filepath.Dir(path))
	}
	for _, dir := range candidates {
		if isFile(filepath.Join(dir, "initdb")) && isFile(filepath.Join(dir, "pg_ctl")) && isFile(filepath.Join(dir, "postgres")) {
			return dir
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func major(binDir string) int {
	number, err := strconv.Atoi(filepath.Base(filepath.Dir(binDir)))
	if err != nil {
		return 0
	}
	return number
}

var versionForm = regexp.MustCompile(`\d+(\.\d+)*`)

func binariesVersion(ctx context.Context, dir string) (string, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "pg_ctl"), "--version").Output()
	if err != nil {
		return "", sentra.Wrap(sentra.CodeUnavailable, err, "the PostgreSQL binaries in %s do not run", dir)
	}
	version := versionForm.FindString(string(out))
	if version == "" {
		return "", sentra.Errorf(sentra.CodeUnavailable, "the PostgreSQL binaries in %s report no version: %q", dir, out)
	}
	return version, nil
}

// download returns the folder of binaries below dir, after downloading them if
// necessary. The library downloads them only to start a server, so it starts one
// once.
func download(dir string) (string, error) {
	unpacked := filepath.Join(dir, "downloaded")
	bin := filepath.Join(unpacked, "bin")
	if isFile(filepath.Join(bin, "initdb")) && isFile(filepath.Join(bin, "postgres")) {
		return bin, nil
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	trial := filepath.Join(dir, "trial")
	defer os.RemoveAll(trial)
	var output tail
	server := embeddedpostgres.NewDatabase(embeddedpostgres.DefaultConfig().Version(embeddedpostgres.V16).Port(uint32(port)).
		DataPath(filepath.Join(trial, "data")).RuntimePath(filepath.Join(trial, "run")).BinariesPath(unpacked).
		CachePath(filepath.Join(dir, "download")).Logger(&output))
	if err := server.Start(); err != nil {
		return "", sentra.Wrap(sentra.CodeUnavailable, err, "PostgreSQL is not installed, and its binaries cannot be downloaded; install the package postgresql, or set SENTRA_DATABASE_URL")
	}
	if err := server.Stop(); err != nil {
		return "", fmt.Errorf("stop the PostgreSQL that came with the download: %w", err)
	}
	return bin, nil
}
