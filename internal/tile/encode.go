package tile

import (
	"github.com/paulmach/orb/encoding/mvt/vectortile"
)

// value is the value of an attribute; the zero value is none.
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

// layerWriter collects the features of a layer. orb's own mvt.Marshal takes
// GeoJSON features with maps of properties; here geometry is on the grid
// already and values are in the order of the fields, so that the messages of
// the format are filled directly.
type layerWriter struct {
	message vectortile.Tile_Layer
	fields  []Field
	// keys holds for each field its number among the keys plus one; 0: not used yet.
	keys   []uint32
	values map[value]uint32
}

func newLayerWriter(layer Layer) *layerWriter {
	version, extent := uint32(2), uint32(Extent)
	return &layerWriter{message: vectortile.Tile_Layer{Version: &version, Name: &layer.Name, Extent: &extent},
		fields: layer.Fields, keys: make([]uint32, len(layer.Fields)), values: make(map[value]uint32)}
}

// add appends a feature unless its geometry is empty.
func (w *layerWriter) add(id uint64, kind vectortile.Tile_GeomType, values []value, geometry []uint32) {
	if len(geometry) == 0 {
		return
	}
	tags := make([]uint32, 0, 2*len(values))
	for i, v := range values {
		if v.kind == noValue {
			continue
		}
		if w.keys[i] == 0 {
			w.message.Keys = append(w.message.Keys, w.fields[i].Name)
			w.keys[i] = uint32(len(w.message.Keys))
		}
		at, found := w.values[v]
		if !found {
			at = uint32(len(w.message.Values))
			w.values[v] = at
			w.message.Values = append(w.message.Values, v.encode())
		}
		tags = append(tags, w.keys[i]-1, at)
	}
	w.message.Features = append(w.message.Features, &vectortile.Tile_Feature{Id: &id, Type: &kind, Tags: tags, Geometry: geometry})
}

// commands builds the geometry of a feature: moves and lines relative to a
// cursor. Points given are relative to the tile's corner less origin.
type commands struct {
	data   []uint32
	origin point
	cursor point
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

// ring writes a closed ring. The format tells exterior rings from holes by the
// sign of their area alone, so it is made sure of here: an exterior runs
// clockwise on the screen.
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
