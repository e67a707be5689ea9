package geojsonfile

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// coordinates are nested arrays of positions, by depth: one of the fields is set.
// Empty arrays fit any depth.
type coordinates struct {
	depth  int // 1 for a position
	point  orb.Point
	line   []orb.Point
	rings  [][]orb.Point
	parts  [][][]orb.Point
	hollow bool // nothing but empty lists
}

// geometry reads a geometry or null. nested counts the collections around it.
func (p *parser) geometry(nested int) (orb.Geometry, error) {
	open, err := p.token()
	if err != nil || open == nil {
		return nil, err
	}
	if open != json.Delim('{') {
		return nil, p.wrong("a geometry is an object or null, not %s", describe(open))
	}
	var seen []string
	var kind string
	var c coordinates
	var members orb.Collection
	for p.decoder.More() {
		key, err := p.key(&seen)
		if err != nil {
			return nil, err
		}
		switch key {
		case "type":
			value, err := p.value()
			if err != nil {
				return nil, err
			}
			kind = value.Text
		case "coordinates":
			open, err := p.token()
			if err != nil {
				return nil, err
			}
			if open != json.Delim('[') {
				return nil, p.wrong("coordinates is not a list")
			}
			if c, err = p.list(4); err != nil {
				return nil, err
			}
		case "geometries":
			if members, err = p.geometries(nested); err != nil {
				return nil, err
			}
		case "crs":
			if err := p.crs(); err != nil {
				return nil, err
			}
		default:
			if _, err := p.value(); err != nil {
				return nil, err
			}
		}
	}
	if _, err := p.token(); err != nil {
		return nil, err
	}
	needs := "coordinates"
	if kind == "GeometryCollection" {
		needs = "geometries"
	}
	if !slices.Contains(seen, needs) {
		return nil, p.wrong("the geometry of type %.40q has no %s", kind, needs)
	}
	if kind == "GeometryCollection" {
		return members, nil
	}
	return p.shaped(kind, c)
}

func (p *parser) geometries(nested int) (orb.Collection, error) {
	if nested >= 8 {
		return nil, p.wrong("geometry collections nest deeper than 8")
	}
	if open, err := p.token(); err != nil || open != json.Delim('[') {
		return nil, errors.Join(err, p.wrong("geometries is not a list"))
	}
	var all orb.Collection
	for p.decoder.More() {
		if len(all) >= maxMembers {
			return nil, p.wrong("a geometry collection has more than %d geometries", maxMembers)
		}
		g, err := p.geometry(nested + 1)
		if err != nil {
			return nil, err
		}
		if g == nil {
			return nil, p.wrong("a geometry collection holds a null")
		}
		all = append(all, g)
	}
	_, err := p.token()
	return all, err
}

// list reads an array of at most depth levels after its opening bracket.
func (p *parser) list(depth int) (coordinates, error) {
	var c coordinates
	if !p.decoder.More() {
		_, err := p.token()
		return coordinates{hollow: true}, err
	}
	first, err := p.token()
	if err != nil {
		return c, err
	}
	if number, ok := first.(json.Number); ok {
		return p.position(number)
	}
	if first != json.Delim('[') {
		return c, p.wrong("a position is a list of numbers, and %s is none", describe(first))
	}
	if depth == 1 {
		return c, p.wrong("coordinates nest too deep")
	}
	c.hollow = true
	for {
		part, err := p.list(depth - 1)
		if err != nil {
			return c, err
		}
		switch {
		case part.hollow:
			// An empty ring or polygon has no area and is dropped.
		case c.hollow:
			c.hollow, c.depth = false, part.depth+1
			fallthrough
		default:
			if part.depth+1 != c.depth {
				return c, p.wrong("coordinates nest unevenly")
			}
			switch part.depth {
			case 1:
				c.line = append(c.line, part.point)
			case 2:
				c.rings = append(c.rings, part.line)
			case 3:
				c.parts = append(c.parts, part.rings)
			}
		}
		if !p.decoder.More() {
			_, err := p.token()
			return c, err
		}
		open, err := p.token()
		if err != nil {
			return c, err
		}
		if open != json.Delim('[') {
			return c, p.wrong("a list of numbers should begin here, not %s", describe(open))
		}
	}
}

// position reads the rest of a position after its first number.
func (p *parser) position(first json.Number) (coordinates, error) {
	c := coordinates{depth: 1}
	if p.positions++; p.options.MaxPositions > 0 && p.positions > p.options.MaxPositions {
		return c, sentra.In(p.place(), sentra.Errorf(sentra.CodeLimitExceeded, "the geometry has more than %d positions; simplify it", p.options.MaxPositions))
	}
	number, count := first, 0
	for {
		if count < 2 {
			value, err := strconv.ParseFloat(number.String(), 64)
			if err != nil {
				return c, p.wrong("%.40q is no number of degrees", number.String())
			}
			c.point[count] = value
		}
		if count++; count > 4 {
			return c, p.wrong("a position has more than 4 numbers; it has longitude, latitude and at most a height")
		}
		if !p.decoder.More() {
			break
		}
		token, err := p.token()
		if err != nil {
			return c, err
		}
		next, ok := token.(json.Number)
		if !ok {
			return c, p.wrong("a position is a list of numbers, and %s is none", describe(token))
		}
		number = next
	}
	if _, err := p.token(); err != nil {
		return c, err
	}
	if count < 2 {
		return c, p.wrong("a position needs longitude and latitude; this one has one number")
	}
	return c, nil
}

// shaped returns the geometry of a type with coordinates.
func (p *parser) shaped(kind string, c coordinates) (orb.Geometry, error) {
	depths := map[string]int{"Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4}
	want, known := depths[kind]
	switch {
	case !known:
		return nil, p.wrong("there is no geometry of type %.40q", kind)
	case c.hollow && kind == "Point":
		return nil, nil
	case !c.hollow && c.depth != want:
		return nil, p.wrong("the coordinates of a %s nest %d deep, not %d", kind, want, c.depth)
	}
	polygon := func(rings [][]orb.Point) orb.Polygon {
		out := make(orb.Polygon, len(rings))
		for i, ring := range rings {
			out[i] = ring
		}
		return out
	}
	switch kind {
	case "Point":
		return c.point, nil
	case "MultiPoint":
		return orb.MultiPoint(c.line), nil
	case "LineString":
		return orb.LineString(c.line), nil
	case "MultiLineString":
		out := make(orb.MultiLineString, len(c.rings))
		for i, line := range c.rings {
			out[i] = line
		}
		return out, nil
	case "Polygon":
		return polygon(c.rings), nil
	}
	out := make(orb.MultiPolygon, len(c.parts))
	for i, rings := range c.parts {
		out[i] = polygon(rings)
	}
	return out, nil
}
