package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/pgtest"
)

// A cluster is imported, corrected, shown, reverted and deleted from the command
// line, and the log says who did what and why.
func TestRecordCommands(t *testing.T) {
	t.Parallel()
	_, _, url := database(t, pgtest.Start)
	run := func(want string, arguments ...string) string {
		t.Helper()
		out, problems, err := sentraRun(t, append(arguments, "--database-url", url)...)
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("sentra %s: %v\n%s%s\nwant %q", strings.Join(arguments, " "), err, out, problems, want)
		}
		return out
	}
	refused := func(want string, arguments ...string) {
		t.Helper()
		if out, problems, err := sentraRun(t, append(arguments, "--database-url", url)...); err == nil || !strings.Contains(problems, want) {
			t.Fatalf("sentra %s: %v\n%s%s\nwant %q", strings.Join(arguments, " "), err, out, problems, want)
		}
	}
	run("1 new", "import", "clusters", clusterFile(t, "First"), "--author", "budi", "--reason", "the letter came")
	run("1 changed", "import", "clusters", clusterFile(t, "Second"), "--author", "siti", "--reason", "the letter was misread")
	if out := run("", "log", "--entity", "cluster/x-1"); strings.Count(out, "\n") != 3 || !strings.Contains(out, "budi") || !strings.Contains(out, "the letter was misread") {
		t.Errorf("the cluster's log:\n%s", out)
	}
	if out := run("changed cluster/x-1", "show", "3"); !strings.Contains(out, `nameEn: "First" -> "Second"`) || strings.Contains(out, "regions") {
		t.Errorf("change 3:\n%s", out)
	}
	var shown struct {
		Number int
		Author string
		Items  []struct{ Key string }
	}
	if err := json.Unmarshal([]byte(run("", "show", "2", "--json")), &shown); err != nil || shown.Number != 2 || shown.Author != "budi" || len(shown.Items) < 2 {
		t.Errorf("%v, %+v", err, shown)
	}
	// A change to something that has changed again since cannot be reverted alone.
	refused("was changed again by change 3", "revert", "2")
	run("change 4: 1 changed", "revert", "3")
	if out := run("", "show", "4"); !strings.Contains(out, "undoes change 3") || !strings.Contains(out, `nameEn: "Second" -> "First"`) {
		t.Errorf("change 4:\n%s", out)
	}
	run("change 5: 1 deleted", "delete", "cluster", "x-1", "--author", "siti")
	if out := run("", "log", "--limit", "1"); !strings.Contains(out, "delete cluster x-1") {
		t.Errorf("the last change:\n%s", out)
	}
	// The log of a deleted entity stays.
	if out := run("", "log", "--entity", "cluster/x-1"); strings.Count(out, "\n") != 5 {
		t.Errorf("the deleted cluster's log:\n%s", out)
	}
	run("change 6: 1 added", "revert", "5")
	run("no conflicts", "conflicts")
	refused("there is no cluster", "delete", "cluster", "x-1", "nothing")
	refused("still refers to it", "delete", "region", "94.06")
	refused("is none of", "delete", "village", "x")
	refused("there is no change 99", "show", "99")
	refused("is no number of a change", "revert", "last")
	refused("is not KIND/KEY", "log", "--entity", "x-1")
	refused("there is no conflict about", "conflicts", "--accept", "cluster/x-1")
	if out := run("", "log"); strings.Count(out, "\n") != 7 {
		t.Errorf("a refused change is in the log:\n%s", out)
	}
}
