package tile

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt/vectortile"
)

// value is the value of an attribute, or none if zero.
type value struct {
	kind   valueKind
	text   string
	number int64
}

type valueKind uint8

const (
	noValue valueKind = iota
	textValue
	numberValue
	booleanValue
)

func text(s string) value { return value{kind: textValue, text: s} }

func number(n int64) value { return value{kind: numberValue, number: n} }

func boolean(b bool) value {
	v := value{kind: booleanValue}
	if b {
		v.number = 1
	}
	return v
}

func (v value) encode() *vectortile.Tile_Value {
	switch v.kind {
	case textValue:
		return &vectortile.Tile_Value{StringValue: &v.text}
	case numberValue:
		return &vectortile.Tile_Value{IntValue: &v.number}
	default:
		is := v.number == 1
		return &vectortile.Tile_Value{BoolValue: &is}
	}
}

// valueTable numbers the distinct values of regions, so that features refer to them
// by number and no strings are compared while a tile is built.
type valueTable struct {
	numbers map[value]int32
	encoded []*vectortile.Tile_Value
}

// number returns the number of a value, or none.
func (t *valueTable) number(v value) int32 {
	if v.kind == noValue {
		return none
	}
	at, found := t.numbers[v]
	if !found {
		at = int32(len(t.encoded))
		t.numbers[v] = at
		message := v.encode()
		// A message allocates its map of extensions when its size is first computed: do it
		// now, before other goroutines use it.
		_ = message.Size()
		t.encoded = append(t.encoded, message)
	}
	return at
}

func (t *valueTable) all(values []value) []int32 {
	numbers := make([]int32, len(values))
	for i, v := range values {
		numbers[i] = t.number(v)
	}
	return numbers
}

// layerWriter collects the features of a layer. orb's own mvt.Marshal takes GeoJSON
// features with maps of properties. Here geometry is already on the grid and values
// are in the order of the fields, so the protobuf messages are filled directly.
type layerWriter struct {
	message vectortile.Tile_Layer
	fields  []Field
	// keys has for each field its index among the layer's keys plus one; 0 if it is not
	// used yet.
	keys []uint32
	// table has the values by number; used has for each its index in the layer plus one.
	table *valueTable
	used  []uint32
	*workspace
}

// workspace is memory that is reused from tile to tile. Encoded tiles do not refer to
// it.
type workspace struct {
	features []featureMessage
	tags     []uint32
	used     []uint32
	commands []uint32
	line     orb.LineString
	out      []point
}

// grown extends a slice by n elements. Pointers into the old slice stay valid.
func grown[T any](slice []T, n int) []T {
	if len(slice)+n <= cap(slice) {
		return slice
	}
	return make([]T, 0, max(2*cap(slice), n, 1024))
}

// featureMessage is a feature with the values that its message points to.
type featureMessage struct {
	vectortile.Tile_Feature
	id   uint64
	kind vectortile.Tile_GeomType
}

func newLayerWriter(layer Layer, table *valueTable, space *workspace) *layerWriter {
	version, extent := uint32(2), uint32(Extent)
	if cap(space.used) < len(table.encoded) {
		space.used = make([]uint32, len(table.encoded))
	}
	used := space.used[:len(table.encoded)]
	clear(used)
	return &layerWriter{message: vectortile.Tile_Layer{Version: &version, Name: &layer.Name, Extent: &extent},
		fields: layer.Fields, keys: make([]uint32, len(layer.Fields)), table: table, used: used, workspace: space}
}

// add appends a feature with values of the table unless its geometry is empty.
func (w *layerWriter) add(id uint64, kind vectortile.Tile_GeomType, values []int32, geometry []uint32) {
	if len(geometry) == 0 {
		return
	}
	w.tags = grown(w.tags, 2*len(values))
	begun := len(w.tags)
	for field, number := range values {
		if number == none {
			continue
		}
		if w.used[number] == 0 {
			w.message.Values = append(w.message.Values, w.table.encoded[number])
			w.used[number] = uint32(len(w.message.Values))
		}
		w.tags = append(w.tags, w.key(field), w.used[number]-1)
	}
	w.append(id, kind, w.tags[begun:len(w.tags):len(w.tags)], geometry)
}

// addValues appends a feature with values that are not in the table.
func (w *layerWriter) addValues(id uint64, kind vectortile.Tile_GeomType, values []value, geometry []uint32) {
	var tags []uint32
	for field, v := range values {
		if v.kind != noValue {
			tags = append(tags, w.key(field), uint32(len(w.message.Values)))
			w.message.Values = append(w.message.Values, v.encode())
		}
	}
	w.append(id, kind, tags, geometry)
}

// key returns the index of a field among the layer's keys.
func (w *layerWriter) key(field int) uint32 {
	if w.keys[field] == 0 {
		w.message.Keys = append(w.message.Keys, w.fields[field].Name)
		w.keys[field] = uint32(len(w.message.Keys))
	}
	return w.keys[field] - 1
}

func (w *layerWriter) append(id uint64, kind vectortile.Tile_GeomType, tags, geometry []uint32) {
	w.features = append(grown(w.features, 1), featureMessage{id: id, kind: kind})
	f := &w.features[len(w.features)-1]
	f.Id, f.Type, f.Tags, f.Geometry = &f.id, &f.kind, tags, geometry
	w.message.Features = append(w.message.Features, &f.Tile_Feature)
}

// commands builds the geometries of features one after the other in one slice: moves
// and lines relative to a cursor. Points are relative to the tile's corner if origin
// is zero, and to the map's if it is the tile's corner.
type commands struct {
	data   []uint32
	begun  int
	origin point
	cursor point
}

// feature returns what was written since the previous feature.
func (c *commands) feature() []uint32 {
	written := c.data[c.begun:len(c.data):len(c.data)]
	c.begun, c.cursor = len(c.data), point{}
	return written
}

const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

func (c *commands) step(p point) {
	x, y := p.x-c.origin.x, p.y-c.origin.y
	dx, dy := x-c.cursor.x, y-c.cursor.y
	c.data = append(c.data, uint32(dx<<1^dx>>31), uint32(dy<<1^dy>>31))
	c.cursor = point{x, y}
}

func (c *commands) point(p point) {
	c.data = append(c.data, 1<<3|moveTo)
	c.step(p)
}

func (c *commands) line(line []point) {
	c.point(line[0])
	c.data = append(c.data, uint32(len(line)-1)<<3|lineTo)
	for _, p := range line[1:] {
		c.step(p)
	}
}

// ring writes a closed ring. Only the sign of the area distinguishes exterior rings
// from holes in this format, so it is enforced here: an exterior is clockwise on the
// screen.
func (c *commands) ring(ring []point, exterior bool) {
	corners := len(ring) - 1
	c.point(ring[0])
	c.data = append(c.data, uint32(corners-1)<<3|lineTo)
	if (area2(ring) > 0) == exterior {
		for _, p := range ring[1:corners] {
			c.step(p)
		}
	} else {
		for i := corners - 1; i > 0; i-- {
			c.step(ring[i])
		}
	}
	c.data = append(c.data, 1<<3|closePath)
}
