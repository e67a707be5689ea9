package boundarytest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
)

// leaveAllOut makes this program act as a package whose tests all need the
// boundaries.
const leaveAllOut = "SENTRA_TEST_LEAVE_ALL_OUT"

func TestMain(m *testing.M) {
	if os.Getenv(leaveAllOut) != "" {
		os.Exit(boundarytest.LeaveOut(m))
	}
	os.Exit(m.Run())
}

// TestNeedsBoundaries is a test that is skipped.
func TestNeedsBoundaries(t *testing.T) {
	for _, name := range boundarytest.Files(t) {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

func TestWithoutBoundaries(t *testing.T) {
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, environment string
		says, notes       []string
	}{
		{"one", "", []string{"--- SKIP: TestNeedsBoundaries"}, []string{"TestNeedsBoundaries"}},
		{"all of a package", leaveAllOut + "=1", []string{"3 tests are left out"}, []string{"TestNeedsBoundaries", "TestWithoutBoundaries", "TestDamagedFolder"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			notes := filepath.Join(t.TempDir(), "notes")
			command := exec.Command(os.Args[0], "-test.v", "-test.run=^TestNeedsBoundaries$")
			command.Env = append(os.Environ(), boundarytest.Variable+"="+boundarytest.None, "SENTRA_TEST_LEFT_OUT="+notes, c.environment)
			out, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, text := range c.says {
				if !strings.Contains(string(out), text) {
					t.Errorf("the output does not say %q:\n%s", text, out)
				}
			}
			noted, err := os.ReadFile(notes)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			for _, name := range c.notes {
				want += folder + " " + name + "\n"
			}
			if string(noted) != want {
				t.Errorf("noted:\n%swant:\n%s", noted, want)
			}
		})
	}
}

func TestDamagedFolder(t *testing.T) {
	command := exec.Command(os.Args[0], "-test.run=^TestNeedsBoundaries$")
	command.Env = append(os.Environ(), boundarytest.Variable+"="+t.TempDir())
	if out, err := command.CombinedOutput(); err == nil || !strings.Contains(string(out), "does not hold the boundaries") {
		t.Errorf("%v\n%s", err, out)
	}
}
