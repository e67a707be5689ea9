// Command gqlgen makes the code of the schema with gqlgen after gqlgen.yml, and
// has lists and objects made in the ways of the package graph, which take less.
// `go tool gqlgen generate` runs it.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

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
	for _, part := range []struct{ theirs, ours string }{
		{"graphql.MarshalSliceConcurrently(", "marshalList("},
		{"graphql.NewDeferredGroup(ctx)", "deferredGroup(ctx, fields)"},
		{"\t\t\tvar buf bytes.Buffer\n\t\t\tdata.MarshalGQL(&buf)\n\t\t\tresponse.Data = buf.Bytes()\n", "\t\t\tresponse.Data = encoded(ctx, data)\n"},
		{"\treturn out\n}", "\treturn marshaledObject(fields, out)\n}"},
	} {
		if !bytes.Contains(code, []byte(part.theirs)) {
			return fmt.Errorf("%s nowhere has %q: another version of gqlgen?", settings.Exec.Filename, part.theirs)
		}
		code = bytes.ReplaceAll(code, []byte(part.theirs), []byte(part.ours))
	}
	if err := os.WriteFile(settings.Exec.Filename, code, 0o644); err != nil {
		return fmt.Errorf("write the generated code: %w", err)
	}
	return nil
}
