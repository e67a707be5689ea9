// Command gqlgen makes the code of the schema with gqlgen after gqlgen.yml, and
// has its lists made by graph.marshalList. `go tool gqlgen generate` runs it.
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
	replaced := bytes.ReplaceAll(code, []byte("graphql.MarshalSliceConcurrently("), []byte("marshalList("))
	if bytes.Equal(replaced, code) {
		return fmt.Errorf("%s has no lists that gqlgen makes: another version of it?", settings.Exec.Filename)
	}
	if err := os.WriteFile(settings.Exec.Filename, replaced, 0o644); err != nil {
		return fmt.Errorf("write the generated code: %w", err)
	}
	return nil
}
