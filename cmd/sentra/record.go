package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// recordCommands are the commands that show and change the record.
func recordCommands(o *options) []*cobra.Command {
	return []*cobra.Command{logCommand(o), showCommand(o), deleteCommand(o), revertCommand(o), conflictsCommand(o)}
}

// whenFormat is the format of a change's time.
const whenFormat = "2006-01-02 15:04:05 -0700"

func logCommand(o *options) *cobra.Command {
	var entity string
	var limit int
	command := &cobra.Command{Use: "log", Short: "List the changes of the record, newest first", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if limit < 1 {
				return sentra.BadInput("limit", "%d is not a number of changes; give 1 or more", limit)
			}
			ref, err := parseEntity(entity)
			if err != nil {
				return err
			}
			return reading(command.Context(), o, func(store *postgres.Store) error {
				entries, err := store.Log(command.Context(), ref, limit)
				if err != nil {
					return err
				}
				return writeLog(command.OutOrStdout(), entries)
			})
		}}
	command.Flags().StringVar(&entity, "entity", "", "only changes of this entity: KIND/KEY, such as cluster/2017-94.06-coffee-processing")
	command.Flags().IntVar(&limit, "limit", 50, "maximum number of changes")
	return command
}

// parseEntity parses KIND/KEY; nil for an empty text.
func parseEntity(text string) (*sentra.EntityRef, error) {
	if text == "" {
		return nil, nil
	}
	kind, key, parted := strings.Cut(text, "/")
	if !parted || key == "" {
		return nil, sentra.BadInput("entity", "%.100q is not KIND/KEY", text)
	}
	if !slices.Contains(register.Kinds(), sentra.EntityKind(kind)) {
		return nil, sentra.BadInput("entity", "%.40q is not a kind of entity; give one of %s", kind, kindNames())
	}
	return &sentra.EntityRef{Kind: sentra.EntityKind(kind), ID: key}, nil
}

func kindNames() string {
	names := make([]string, 0, len(register.Kinds()))
	for _, kind := range register.Kinds() {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}

func writeLog(out io.Writer, entries []postgres.LogEntry) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CHANGE\tWHEN\tAUTHOR\tENTITIES\tREASON")
	for i := range entries {
		e := &entries[i]
		fmt.Fprintf(table, "%d\t%s\t%s\t%d\t%s\n", e.Number, e.At.Local().Format(whenFormat), inputfile.Printable(e.Author), e.Touched, inputfile.Printable(e.Reason))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	return nil
}

// printableLines is inputfile.Printable for several lines.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = inputfile.Printable(lines[i])
	}
	return strings.Join(lines, "\n")
}

func showCommand(o *options) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{Use: "show CHANGE", Short: "Show what a change did, field by field", Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			number, err := changeNumber(args[0])
			if err != nil {
				return err
			}
			return reading(command.Context(), o, func(store *postgres.Store) error {
				change, err := store.Change(command.Context(), number)
				if err != nil {
					return err
				}
				if asJSON {
					return writeChangeJSON(command.OutOrStdout(), change)
				}
				return writeChange(command.OutOrStdout(), change)
			})
		}}
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON object, with each entity's full document before and after")
	return command
}

func changeNumber(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 1 {
		return 0, sentra.BadInput("change", "%.40q is no number of a change; see `sentra log`", text)
	}
	return number, nil
}

func writeChange(out io.Writer, c *register.Change) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "change %d of %s by %s\n%s\n", c.Number, c.At.Local().Format(whenFormat), inputfile.Printable(c.Author), inputfile.Printable(c.Reason))
	if c.Reverts != 0 {
		fmt.Fprintf(&text, "undoes change %d\n", c.Reverts)
	}
	for i := range c.Items {
		item := &c.Items[i]
		fmt.Fprintf(&text, "\n%s %s/%s\n", verb(item), item.Entity.Kind, inputfile.Printable(item.Key))
		fields, err := changedFields(item)
		if err != nil {
			return err
		}
		for _, f := range fields {
			switch {
			case f.before == "":
				fmt.Fprintf(&text, "  %s: %s\n", f.name, f.after)
			case f.after == "":
				fmt.Fprintf(&text, "  %s: %s -> none\n", f.name, f.before)
			default:
				fmt.Fprintf(&text, "  %s: %s -> %s\n", f.name, f.before, f.after)
			}
		}
	}
	if _, err := text.WriteTo(out); err != nil {
		return fmt.Errorf("write the change: %w", err)
	}
	return nil
}

func verb(item *register.Item) string {
	switch {
	case item.Added():
		return "added"
	case item.Deleted():
		return "deleted"
	}
	return "changed"
}

// fieldChange is one field of a document before and after, as JSON; empty if the
// document has no such field.
type fieldChange struct{ name, before, after string }

func changedFields(item *register.Item) ([]fieldChange, error) {
	var before, after map[string]json.RawMessage
	for _, document := range []struct {
		content []byte
		into    *map[string]json.RawMessage
	}{{item.Before, &before}, {item.After, &after}} {
		if document.content == nil {
			continue
		}
		if err := json.Unmarshal(document.content, document.into); err != nil {
			return nil, fmt.Errorf("read the document of %s: %w", item.Entity, err)
		}
	}
	names := make(map[string]bool)
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	var fields []fieldChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !bytes.Equal(before[name], after[name]) {
			fields = append(fields, fieldChange{name, string(before[name]), string(after[name])})
		}
	}
	if item.After == nil {
		// For a deletion only the key is shown; `--json` has the document.
		return nil, nil
	}
	return fields, nil
}

// shownChange is the output of `sentra show --json`.
type shownChange struct {
	Number  int64       `json:"number"`
	At      string      `json:"at"`
	Author  string      `json:"author"`
	Reason  string      `json:"reason"`
	Version string      `json:"version"`
	Facts   int         `json:"facts,omitempty"`
	Reverts int64       `json:"reverts,omitempty"`
	Items   []shownItem `json:"items"`
}

type shownItem struct {
	Kind   sentra.EntityKind `json:"kind"`
	ID     string            `json:"id"`
	Key    string            `json:"key"`
	Before json.RawMessage   `json:"before"`
	After  json.RawMessage   `json:"after"`
}

func writeChangeJSON(out io.Writer, c *register.Change) error {
	shown := shownChange{Number: c.Number, At: c.At.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Author: c.Author, Reason: c.Reason,
		Version: c.Version, Facts: c.Facts, Reverts: c.Reverts, Items: []shownItem{}}
	for i := range c.Items {
		item := &c.Items[i]
		shown.Items = append(shown.Items, shownItem{item.Entity.Kind, item.Entity.ID, item.Key, item.Before, item.After})
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(shown); err != nil {
		return fmt.Errorf("write the change: %w", err)
	}
	return nil
}

func deleteCommand(o *options) *cobra.Command {
	command := &cobra.Command{Use: "delete KIND KEY...", Short: "Delete entities from the record, as one change",
		Long: "Delete entities from the record, all or nothing, as one change that `sentra revert` can undo.\n\nKinds: " + kindNames() + ".",
		Args: cobra.MinimumNArgs(2),
		RunE: func(command *cobra.Command, args []string) error {
			return changing(command.Context(), o, func(changes *register.Register) error {
				outcome, err := changes.Apply(command.Context(), o.by("delete "+strings.Join(args, " ")), register.Delete(sentra.EntityKind(args[0]), args[1:]...))
				return tellOutcome(command.OutOrStdout(), outcome, err)
			})
		}}
	o.addChangeFlags(command)
	return command
}

func revertCommand(o *options) *cobra.Command {
	command := &cobra.Command{Use: "revert CHANGE", Short: "Undo a change as a whole, as a new change", Args: cobra.ExactArgs(1),
		Long: `Undo a change as a whole, by a new change. Where something that it touched was changed again since, nothing is
undone, and the later changes are listed: revert those first.`,
		RunE: func(command *cobra.Command, args []string) error {
			number, err := changeNumber(args[0])
			if err != nil {
				return err
			}
			return changing(command.Context(), o, func(changes *register.Register) error {
				outcome, err := changes.Revert(command.Context(), o.by(""), number)
				return tellOutcome(command.OutOrStdout(), outcome, err)
			})
		}}
	o.addChangeFlags(command)
	return command
}

func conflictsCommand(o *options) *cobra.Command {
	var accept []string
	command := &cobra.Command{Use: "conflicts", Short: "List shipped facts that corrections in the record contradict", Args: cobra.NoArgs,
		Long: `List facts shipped with the program that corrections in the record contradict. The corrections stay until they are changed.
--accept accepts the program's fact about an entity; "sentra delete conflict KIND/KEY" keeps the correction and resolves the conflict.`,
		RunE: func(command *cobra.Command, _ []string) error {
			if len(accept) > 0 {
				return changing(command.Context(), o, func(changes *register.Register) error {
					outcome, err := changes.Apply(command.Context(), o.by("accept the program's facts about "+strings.Join(accept, ", ")), register.AcceptFacts(accept...))
					return tellOutcome(command.OutOrStdout(), outcome, err)
				})
			}
			return reading(command.Context(), o, func(store *postgres.Store) error {
				data, err := store.LoadWithoutShapes(command.Context())
				if err != nil {
					return err
				}
				return writeConflicts(command.OutOrStdout(), data.Conflicts)
			})
		}}
	command.Flags().StringSliceVar(&accept, "accept", nil, "accept the program's fact about this entity (KIND/KEY), as a change")
	o.addChangeFlags(command)
	return command
}

func writeConflicts(out io.Writer, conflicts []sentra.Conflict) error {
	var text bytes.Buffer
	if len(conflicts) == 0 {
		text.WriteString("no conflicts\n")
	}
	for i := range conflicts {
		c := &conflicts[i]
		shipped := c.Shipped
		if shipped == "" {
			shipped = "nothing any more"
		}
		fmt.Fprintf(&text, "%s\n  %s\n  facts %d: %s\n", inputfile.Printable(c.Entity.String()), inputfile.Printable(c.Reason), c.Facts, shipped)
	}
	if _, err := text.WriteTo(out); err != nil {
		return fmt.Errorf("write the conflicts: %w", err)
	}
	return nil
}

func tellOutcome(out io.Writer, outcome register.Outcome, err error) error {
	if err != nil {
		return err
	}
	if len(outcome.Items) == 0 {
		_, err = fmt.Fprintf(out, "nothing to change; the last change is %d\n", outcome.Number)
		return err
	}
	counts := make(map[string]int)
	for i := range outcome.Items {
		counts[verb(&outcome.Items[i])]++
	}
	parts := make([]string, 0, len(counts))
	for _, v := range []string{"added", "changed", "deleted"} {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	_, err = fmt.Fprintf(out, "change %d: %s\n", outcome.Number, strings.Join(parts, ", "))
	return err
}

// reading opens the record and calls do to read it.
func reading(ctx context.Context, o *options, do func(*postgres.Store) error) error {
	store, shut, err := openToRead(ctx, o, o.log())
	if err != nil {
		return err
	}
	return errors.Join(do(store), shut())
}

// changing opens the record and calls do to change it.
func changing(ctx context.Context, o *options, do func(*register.Register) error) error {
	store, shut, err := openStore(ctx, o, o.log())
	if err != nil {
		return err
	}
	return errors.Join(do(app.Register(store)), shut())
}
