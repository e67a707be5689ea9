// Command sentra-client queries Sentra with the functions that genqlient generates
// from the example queries. It compiles once they are generated.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/Khan/genqlient/graphql"
)

func main() {
	client := graphql.NewClient(os.Args[1], http.DefaultClient)
	answer, err := TitleQuestion(context.Background(), client)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, region := range answer.Regions.Nodes {
		fmt.Println(region.Code, region.Name, region.Parent.Name, region.Affirmative.Answer)
	}
}
