package querycost

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// usual are the default bounds of a server.
var usual = Bounds{Depth: 20, Aliases: 1000, Selections: 20_000, Fragments: 500, Operations: 100, Variables: 500, Directives: 5000}

// bombs are documents that took long, or would, each for another reason.
func bombs(t testing.TB) map[string]string {
	read := func(name string) string {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	chain := func(n, spreads int, begin, end string) string {
		var text strings.Builder
		text.WriteString(begin)
		for i := range n {
			fmt.Fprintf(&text, "fragment F%d on Query{%s}", i, strings.Repeat(fmt.Sprintf("...F%d ", i+1), spreads))
		}
		fmt.Fprintf(&text, "fragment F%d on Query{%s}", n, end)
		return text.String()
	}
	many := func(n int, before, each, after string) string {
		var text strings.Builder
		text.WriteString(before)
		for i := range n {
			if strings.Contains(each, "%") {
				fmt.Fprintf(&text, each, i)
			} else {
				text.WriteString(each)
			}
		}
		text.WriteString(after)
		return text.String()
	}
	nested := func(n int, open, inner, end string) string {
		return "{" + strings.Repeat(open, n) + inner + strings.Repeat(end, n) + "}"
	}
	var doubling strings.Builder
	doubling.WriteString("{pet{...F0}}")
	for i := range 10 {
		fmt.Fprintf(&doubling, "fragment F%d on Pet{friend{...F%d x%d:name} y:friend{...F%d z%d:name}}", i, i+1, i, i+1, i)
	}
	doubling.WriteString("fragment F10 on Pet{name}")
	return map[string]string{
		"fragments that spread the next twice, 40":   read("fragment-fanout-40.graphql"),
		"fragments that spread the next twice, 400":  chain(400, 2, "{...F0}", "__typename"),
		"fragments that spread the next 100 times":   chain(100, 100, "{...F0}", "__typename"),
		"a chain of 400 fragments":                   chain(400, 1, "{...F0}", "__typename"),
		"a chain of 5,000 fragments":                 chain(5000, 1, "{...F0}", "__typename"),
		"a chain of 390 below operations":            chain(390, 1, many(100, "", "query Q%d{...F0}", ""), "__typename"),
		"a fragment in 9,000 places":                 many(9000, "{", "...F ", "}fragment F on Query{__typename}"),
		"a fragment of 100 fields in 195 places":     many(195, "{", "a%d:dog{...F}", "}fragment F on Dog{") + strings.Repeat("name ", 100) + "}",
		"a fragment that spreads itself":             "{...F}fragment F on Query{...F dog{name} ...F}",
		"fragments that spread each other":           many(300, "{...F0}", "fragment F%[1]d on Query{...F0 ...F1 ...F2 ...F%[1]d}", ""),
		"__typename 12,000 times":                    many(12000, "{", "__typename ", "}"),
		"a:__typename 12,000 times":                  many(12000, "{", "a:__typename ", "}"),
		"999 aliases 12 times":                       "{" + strings.Repeat(many(80, "", "a%d:__typename ", ""), 12) + "}",
		"one field 5,500 times with other arguments": many(5500, "{", "cat(id:%d){name}", "}"),
		"one field 5,500 times, the same argument":   many(5500, "{", "cat(id:1){name}", "}"),
		"two fields under one name, 6,000 times":     many(6000, "{dog{", "name name:size ", "}}"),
		"one name at ten levels, 1,100 times":        many(1100, "{", "pet{friend{friend{friend{friend{friend{friend{friend{name}}}}}}}}", "}"),
		"one name on three types, 1,500 times":       many(1500, "{any{", "...on Dog{size}...on Cat{name}...on Fish{school{name}}", "}}"),
		"other sets of one name at each level":       doubling.String(),
		"unknown fields, 19,000":                     many(19000, "{", "f%d ", "}"),
		"unknown fields, 19,000 of one name":         many(19000, "{", "fiel ", "}"),
		"unknown arguments":                          many(10000, "{cat(", "a%d:1 ", "){name}}"),
		"unknown types":                              many(5000, "{", "...on T%d{name}", "}"),
		"unknown enum and object values":             "{pet(like:{" + many(8000, "", "n%d:{name:1}", "") + "}){name}}",
		"an unknown name of a megabyte":              "{" + strings.Repeat("x", 1<<20) + "}",
		"a text of a megabyte in place of a number":  many(3, "{", `pet(id:"`+strings.Repeat("x", 1<<20)+`"){name}`, "}"),
		"directives, 4,900":                          many(4900, "{__typename", " @include(if:true)", "}"),
		"directives on 4,900 fields":                 many(4900, "{", "__typename @include(if:true)", "}"),
		"unknown directives, 4,900":                  many(4900, "{__typename", " @d%d", "}"),
		"inline fragments in each other, 990":        nested(990, "...{", "__typename", "}"),
		"inline fragments in each other, 40,000":     nested(40000, "...{", "__typename", "}"),
		"inline fragments beside each other":         many(9900, "{", "...{__typename}", "}"),
		"lists in lists":                             "{pet(like:" + strings.Repeat("[", 900) + strings.Repeat("]", 900) + "){name}}",
		"a list of 20,000":                           many(20000, "{pet(like:{also:[", "{}", "]}){name}}"),
		"operations, 5,000":                          many(5000, "", "query Q%d{__typename}", ""),
		"operations of one name":                     many(100, "", "query Q{__typename}", ""),
		"variables, 8,000":                           many(8000, "query(", "$v%d:Int ", "){__typename}"),
		"variables of unknown types":                 many(400, "query(", "$v%d:T ", "){__typename}"),
		"a variable used 5,000 times":                many(5000, "query($v:Int){", "cat(id:$v){name}", "}"),
		"400 variables used 13 times each":           many(400, "query(", "$v%d:Int ", "){") + strings.Repeat(many(400, "", "cat(id:$v%d){name}", ""), 13) + "}",
		"undefined variables":                        many(5000, "{", "cat(id:$v%d){name}", "}"),
		"unused fragments":                           many(480, "{__typename}", "fragment F%d on Query{__typename}", ""),
		"comments":                                   many(40000, "{__typename ", "#\n", "}"),
		"deep fields":                                nested(900, "pet{friend", "{name}", "}"),
		"introspection, aliases of aliases":          read("introspection-aliases-nested-200x200.graphql"),
		"introspection, 1,000 aliases":               read("introspection-aliases-1000.graphql"),
	}
}

// TestBombs asserts that each is rejected or accepted within 50 ms of CPU time and 50
// MiB of memory, with a short error text.
func TestBombs(t *testing.T) {
	for name, text := range bombs(t) {
		t.Run(name, func(t *testing.T) {
			var told string
			var spent time.Duration
			var taken uint64
			// A busy machine makes the time longer, never shorter.
			for range 5 {
				spent, taken = work(func() { told = outcome(text) })
				if spent < 50*time.Millisecond {
					break
				}
			}
			t.Logf("%d bytes: %v, %.1f MiB: %.120s", len(text), spent.Round(time.Millisecond/10), float64(taken)/(1<<20), told)
			if spent > 50*time.Millisecond || taken > 50<<20 {
				t.Errorf("took %v and %d bytes", spent, taken)
			}
			if len(told) > 64<<10 {
				t.Errorf("%d bytes are made of it", len(told))
			}
		})
	}
}

// outcome parses, measures and validates a document, and returns the errors.
func outcome(text string) string {
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, 50_000)
	if err != nil {
		return err.Error()
	}
	if _, err := Measure(document, usual); err != nil {
		return err.Error()
	}
	if faults := Validate(context.Background(), pets, document); len(faults) > 0 {
		return faults.Error()
	}
	return ""
}

// work returns the CPU time of this thread and the memory that do takes.
func work(do func()) (time.Duration, uint64) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	from := processor()
	do()
	spent := processor() - from
	runtime.ReadMemStats(&after)
	return spent, after.TotalAlloc - before.TotalAlloc
}

func processor() time.Duration {
	var usage syscall.Rusage
	const thread = 1 // RUSAGE_THREAD
	if err := syscall.Getrusage(thread, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestValidateEnds asserts that validation stops with its context.
func TestValidateEnds(t *testing.T) {
	document, err := parser.ParseQuery(&ast.Source{Input: bombs(t)["one name at ten levels, 1,100 times"]})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if faults := Validate(ctx, pets, document); len(faults) != 1 || sentra.ErrorCode(faults[0]) != sentra.CodeCancelled {
		t.Errorf("got %v", faults)
	}
}

// TestMeasure asserts counts worked out by hand.
func TestMeasure(t *testing.T) {
	for text, want := range map[string]Size{
		"{ dog { name } }":                                              {Depth: 2, Selections: 2},
		"{ a: dog { b: name name: name } }":                             {Depth: 2, Aliases: 2, Selections: 3},
		"{ dog { ...D } } fragment D on Dog { mates { n: name } }":      {Depth: 3, Aliases: 1, Selections: 4},
		"{ ...Q ...Q } fragment Q on Query { a: dog { ... { name } } }": {Depth: 2, Aliases: 2, Selections: 8},
		"{ __schema { types { name } } }":                               {Depth: 3, Selections: 3},
	} {
		document, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatal(err)
		}
		sizes, err := Measure(document, Bounds{})
		if got := sizes[document.Operations[0]]; err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, bounds := range map[string]Bounds{
		"{ dog { name } }":                                                         {Depth: 1},
		"{ a: __typename b: __typename }":                                          {Aliases: 1},
		"{ ...F ...F } fragment F on Query { dog { name } }":                       {Selections: 5},
		"{ ...F } fragment F on Query { ...G } fragment G on Query { __typename }": {Fragments: 1},
		"query A { __typename } query B { __typename }":                            {Operations: 1},
		"query($a: Int, $b: Int) { __typename }":                                   {Variables: 1},
		"{ __typename @a ... @b { __typename } }":                                  {Directives: 1},
	} {
		document, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Measure(document, bounds); sentra.ErrorCode(err) != sentra.CodeLimitExceeded {
			t.Errorf("%s under %+v: got %v", text, bounds, err)
		}
		// Each of the bounds may be reached exactly, except for the one that is 5 of 6.
		if _, err := Measure(document, Bounds{2, 2, 6, 2, 2, 2, 2}); err != nil {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
