package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/jmoiron/sqlx"

	"github.com/sentra-ikm/sentra/internal/embeddedpg"
)

// StartStandby starts a hot standby of a server that was started by StartOwn. Its
// databases have the same names as on the primary.
func (s *Server) StartStandby(ctx context.Context) (standby *Server, err error) {
	if s.dir == "" {
		return nil, errors.New("only a server that the test started itself can have a standby")
	}
	dir, err := os.MkdirTemp("", "sentra-standby-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the standby: %w", err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open the folder of the standby: %w", err)
	}
	home := filepath.Join(dir, "postgres")
	if err := s.backup(ctx, home); err != nil {
		return nil, err
	}
	postgres, err := embeddedpg.Start(ctx, embeddedpg.Config{Dir: home, Fleeting: true, Settings: map[string]string{"max_connections": maxConnections}})
	if err != nil {
		return nil, fmt.Errorf("start the standby: %w", err)
	}
	return &Server{url: postgres.URL(), stop: func() error {
		defer os.RemoveAll(dir)
		return postgres.Stop()
	}}, nil
}

// backup copies the server's folder while it runs, as a standby.
func (s *Server) backup(ctx context.Context, home string) error {
	db, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	// A backup belongs to a session.
	conn, err := db.Connx(ctx)
	if err != nil {
		return fmt.Errorf("reach the primary: %w", err)
	}
	defer conn.Close()
	if err := exec(ctx, conn, `SELECT pg_backup_start('standby', true)`); err != nil {
		return err
	}
	source, data := filepath.Join(s.dir, "postgres"), filepath.Join(home, "data")
	if err := os.CopyFS(home, os.DirFS(source)); err != nil {
		return fmt.Errorf("copy the primary: %w", err)
	}
	var label string
	if err := sqlx.GetContext(ctx, conn, &label, `SELECT labelfile FROM pg_backup_stop(false)`); err != nil {
		return fmt.Errorf("end the backup: %w", err)
	}
	at, err := url.Parse(s.url)
	if err != nil {
		return fmt.Errorf("read the primary's address: %w", err)
	}
	password, _ := at.User.Password()
	settings := fmt.Sprintf("primary_conninfo = 'host=%s port=%s user=%s password=%s sslmode=disable'\n", at.Hostname(), at.Port(), at.User.Username(), password)
	for name, content := range map[string]string{"backup_label": label, "standby.signal": "", "postgresql.auto.conf": settings} {
		if err := os.WriteFile(filepath.Join(data, name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("make the standby: %w", err)
		}
	}
	for _, name := range []string{filepath.Join(data, "postmaster.pid"), filepath.Join(home, "lock")} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("make the standby: %w", err)
		}
	}
	return adopt(filepath.Join(source, "data"), data)
}

// adopt gives every file in a folder the owner and permissions of another folder.
func adopt(like, folder string) error {
	info, err := os.Stat(like)
	if err != nil {
		return fmt.Errorf("look at the primary's folder: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("the owner of the primary's folder is not known")
	}
	return filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rights := os.FileMode(0o600)
		if entry.IsDir() {
			rights = 0o700
		}
		return errors.Join(os.Chown(path, int(owner.Uid), int(owner.Gid)), os.Chmod(path, rights))
	})
}
