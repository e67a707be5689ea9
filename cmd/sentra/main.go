// Command sentra serves the GraphQL API of Indonesia's small-industry clusters
// and imports what it knows.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by make; programVersion asks for it.
var version string

// programVersion is the version that make, or else Go from the commit, wrote into
// the program. It is part of entity tags, so that programs must not share one.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if version != "" || !ok {
		return version
	}
	return info.Main.Version
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "sentra:", err)
		os.Exit(1)
	}
}

// options are those of every subcommand.
type options struct {
	databaseURL string
	dataDir     string
	verbose     bool
}

func (o *options) log() *slog.Logger {
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

func root() *cobra.Command {
	o := &options{}
	command := &cobra.Command{
		Use:           "sentra",
		Short:         "Where Indonesia's small-industry (IKM) clusters are, and why there",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	flags := command.PersistentFlags()
	flags.StringVar(&o.databaseURL, "database-url", os.Getenv("SENTRA_DATABASE_URL"), "PostgreSQL server (SENTRA_DATABASE_URL); without it, an embedded one is run")
	flags.StringVar(&o.dataDir, "data-dir", os.Getenv("SENTRA_DATA_DIR"), "folder of the embedded PostgreSQL (SENTRA_DATA_DIR); default in the user's data folder")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "log every request")
	command.AddCommand(serveCommand(o), migrateCommand(o), importCommand(o), exportCommand(o), versionCommand())
	return command
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: func(command *cobra.Command, _ []string) error {
		_, err := fmt.Fprintf(command.OutOrStdout(), "sentra %s (%s)\n", programVersion(), runtime.Version())
		return err
	}}
}
