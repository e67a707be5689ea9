package coverage_test

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/coverage"
)

// Two regions were drawn independently: the east one extends 0.01 degrees into the
// west one, and is the smaller.
func ExampleBuild() {
	box := func(west, east float64) orb.MultiPolygon {
		return orb.MultiPolygon{orb.Bound{Min: orb.Point{west, 0}, Max: orb.Point{east, 1}}.ToPolygon()}
	}
	c, err := coverage.Build(context.Background(), []coverage.Face{
		{Code: "east", Shape: box(109.99, 110.5)},
		{Code: "west", Shape: box(109, 110)},
	}, coverage.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	west, _ := c.Face("west")
	fmt.Println(c.Shape([]int{west}, 0).Bound().Max.Lon())
	for _, border := range c.Neighbours(west) {
		fmt.Printf("%s over %.0f km\n", c.Code(border.Face), border.Metres/1000)
	}
	fmt.Println(c.Report().Overlaps.Count, "overlap before")
	// Output:
	// 109.99
	// east over 111 km
	// 1 overlap before
}
