// Command gqlgen generates the code of the schema with gqlgen as configured in
// gqlgen.yml, and then replaces calls of gqlgen's runtime by cheaper ones of package
// graph. `go tool gqlgen generate` runs it.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

// replacement replaces a piece of generated code. gqlgen has no option for any of
// them.
type replacement struct{ name, theirs, ours string }

// replacements each save more than a tenth of the time or memory of some answers: see
// BenchmarkReplacements, with results in BENCHMARKS.md.
var replacements = []replacement{
	{"list", "graphql.MarshalSliceConcurrently(", "marshalList("},
	{"deferred group", "graphql.NewDeferredGroup(ctx)", "deferredGroup(ctx, fields)"},
	{"answer", "\t\t\tvar buf bytes.Buffer\n\t\t\tdata.MarshalGQL(&buf)\n\t\t\tresponse.Data = buf.Bytes()\n", "\t\t\tresponse.Data = encoded(ctx, data)\n"},
	{"object", "\treturn out\n}", "\treturn marshaledObject(fields, out)\n}"},
}

func main() {
	if err := generate(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gqlgen:", err)
		os.Exit(1)
	}
}

func generate(arguments []string) error {
	if len(arguments) != 1 || arguments[0] != "generate" {
		return fmt.Errorf("the one command is generate")
	}
	settings, err := config.LoadConfigFromDefaultLocations()
	if err != nil {
		return fmt.Errorf("read gqlgen.yml: %w", err)
	}
	if err := api.Generate(settings); err != nil {
		return fmt.Errorf("generate the schema's code: %w", err)
	}
	code, err := os.ReadFile(settings.Exec.Filename)
	if err != nil {
		return fmt.Errorf("read the generated code: %w", err)
	}
	for _, r := range replacements {
		if !bytes.Contains(code, []byte(r.theirs)) {
			return fmt.Errorf("%s nowhere has %q: another version of gqlgen?", settings.Exec.Filename, r.theirs)
		}
		code = bytes.ReplaceAll(code, []byte(r.theirs), []byte(r.ours))
	}
	if err := os.WriteFile(settings.Exec.Filename, code, 0o644); err != nil {
		return fmt.Errorf("write the generated code: %w", err)
	}
	return nil
}
