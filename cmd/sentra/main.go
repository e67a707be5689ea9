// Command sentra serves the GraphQL API of Indonesia's small-industry clusters, and
// imports and exports its data.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"os/user"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
)

// version is set by make; use programVersion.
var version string

// programVersion is the version that make, or else Go from the commit, wrote into the
// program. It is part of entity tags, so that different programs must have different
// versions.
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
		fmt.Fprintln(os.Stderr, "sentra:", printableLines(err.Error()))
		os.Exit(1)
	}
}

// options are those of every subcommand.
type options struct {
	databaseURL string
	listenURL   string
	dataDir     string
	verbose     bool
	author      string
	reason      string
}

// edit returns an editor of a store's record, for the author and reason of the command.
func (o *options) edit(store *postgres.Store, otherwise string) *register.Editor {
	by := o.by(otherwise)
	return app.Register(store).Edit(by.Author, by.Reason)
}

// by returns who runs the command, and the reason.
func (o *options) by(otherwise string) register.By {
	by := register.By{Author: o.author, Reason: o.reason}
	if by.Author == "" {
		if account, err := user.Current(); err == nil {
			by.Author = account.Username
		} else {
			by.Author = "unknown"
		}
	}
	if by.Reason == "" {
		by.Reason = otherwise
	}
	return by
}

// addChangeFlags adds the flags of commands that change the record.
func (o *options) addChangeFlags(command *cobra.Command) {
	command.PersistentFlags().StringVar(&o.author, "author", os.Getenv("SENTRA_AUTHOR"), "author of the change (SENTRA_AUTHOR); default the account that runs the command")
	command.PersistentFlags().StringVar(&o.reason, "reason", "", "reason for the change; default the command")
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
	flags.StringVar(&o.databaseURL, "database-url", os.Getenv("SENTRA_DATABASE_URL"), "PostgreSQL database (SENTRA_DATABASE_URL); default an embedded one")
	flags.StringVar(&o.listenURL, "listen-url", os.Getenv("SENTRA_LISTEN_URL"), "the primary PostgreSQL itself, if --database-url is a connection pool or a standby, to listen for changes and run migrations (SENTRA_LISTEN_URL)")
	flags.StringVar(&o.dataDir, "data-dir", os.Getenv("SENTRA_DATA_DIR"), "folder of the embedded PostgreSQL (SENTRA_DATA_DIR); default a folder in the user's data folder")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "log every request")
	command.AddCommand(serveCommand(o), migrateCommand(o), importCommand(o), exportCommand(o), versionCommand())
	command.AddCommand(recordCommands(o)...)
	return command
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: func(command *cobra.Command, _ []string) error {
		_, err := fmt.Fprintf(command.OutOrStdout(), "sentra %s (%s)\n", programVersion(), runtime.Version())
		return err
	}}
}
