package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []int
		want int
	}{{[]int{7}, 7}, {[]int{9, 1, 5}, 5}, {[]int{4, 1, 3, 2}, 2}} {
		if got := median(c.of, func(n int) int { return n }); got != c.want {
			t.Errorf("the median of %v is %d, want %d", c.of, got, c.want)
		}
	}
}

func TestInTurns(t *testing.T) {
	var order []string
	note := func(name string) side {
		return side{2, func(i int) error {
			if i == 0 {
				order = append(order, name)
			}
			return nil
		}}
	}
	medians, err := inTurns(2, note("a"), note("b"))
	if err != nil || len(medians) != 2 {
		t.Fatalf("%v, %v", medians, err)
	}
	// The first round is only a warm-up.
	if want := []string{"a", "b", "a", "b", "a", "b"}; !slices.Equal(order, want) {
		t.Errorf("measured in the order %v, want %v", order, want)
	}
}

func TestParseCounts(t *testing.T) {
	if got, err := parseCounts("64, 16"); err != nil || !slices.Equal(got, []int{64, 16}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"", "0", "8,", "many"} {
		if _, err := parseCounts(wrong); err == nil {
			t.Errorf("%q was read as numbers of connections", wrong)
		}
	}
}

func TestReadLoad(t *testing.T) {
	got, err := readLoad([]byte("Running 1s test\n  12 requests\n{\"requests\": 3000, \"microseconds\": 1500000, \"p50\": 250.0, \"p99\": 1900.5, \"failed\": 0}\n"))
	want := load{throughput: 2000, p50: 250 * time.Microsecond, p99: 1900500 * time.Nanosecond}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, wrong := range []string{"", "no JSON", `{"requests": 10, "microseconds": 1, "p50": 1, "p99": 1, "failed": 2}`, `{"requests": 0, "microseconds": 1, "p50": 1, "p99": 1, "failed": 0}`} {
		if _, err := readLoad([]byte(wrong)); err == nil {
			t.Errorf("%q was read as a load", wrong)
		}
	}
}

func TestPick(t *testing.T) {
	data := json.RawMessage(`{"regions": {"nodes": [{"code": "94.06"}, {"code": "11"}]}, "region": {"code": "35"}}`)
	for _, c := range []struct {
		path []string
		want []string
	}{{[]string{"regions", "nodes"}, []string{"11", "94.06"}}, {[]string{"region"}, []string{"35"}}} {
		if got, err := pick(data, c.path, "code"); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, %v, want %v", c.path, got, err, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	var made table
	made.faster("a", 2*time.Millisecond, "", "PostGIS", 300*time.Millisecond, 100)
	made.faster("b", 2*time.Millisecond, "", "PostGIS", 19*time.Millisecond, 10)
	made.faster("c", time.Second, "", "PostGIS", 1500*time.Millisecond, 0)
	made.under("d", 999*time.Nanosecond, "", "", 0, time.Microsecond)
	made.under("e", time.Microsecond, "", "PostGIS", 10*time.Microsecond, time.Microsecond)
	made.bare("f", "1.00", "0", false)
	var out strings.Builder
	made.print(&out)
	want := []string{
		"| a | 2 ms | PostGIS | 300 ms | 150× | ≥ 100× | holds |",
		"| b | 2 ms | PostGIS | 19 ms | 9.5× | ≥ 10× | **does not hold** |",
		"| c | 1 s | PostGIS | 1.5 s | 1.5× |  |  |",
		"| d | 999 ns |  |  |  | < 1 µs | holds |",
		"| e | 1 µs | PostGIS | 10 µs | 10× | < 1 µs | **does not hold** |",
		"| f | 1.00 |  |  |  | 0 | **does not hold** |",
	}
	if got := strings.Split(strings.TrimSpace(out.String()), "\n")[2:]; !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every run has the same numbers.
func TestSyntheticIsTheSame(t *testing.T) {
	first, second := random(1), random(1)
	for range 100 {
		if a, b := first.Uint64(), second.Uint64(); a != b {
			t.Fatalf("%d and %d", a, b)
		}
	}
	if random(1).Uint64() == random(2).Uint64() {
		t.Error("two purposes have the same numbers")
	}
}
