package atlas

import (
	"slices"
	"strconv"

	"github.com/maypok86/otter/v2"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
)

// encodings caches encoded boundaries, and evicts those used least.
type encodings = otter.Cache[encodingKey, []byte]

type encodingKey struct {
	shape     *Shape
	tolerance float64
	places    int
}

// maxEncodings is the size of the cache in bytes. All zooms at six decimals need
// about half of it.
const maxEncodings = 96 << 20

func newEncodings() *encodings {
	return otter.Must(&otter.Options[encodingKey, []byte]{MaximumWeight: maxEncodings,
		// The entry itself takes about a hundred bytes more.
		Weigher: func(_ encodingKey, encoded []byte) uint32 { return uint32(len(encoded) + 128) }})
}

// EncodedBoundary returns a boundary as the bytes of a GeoJSON MultiPolygon,
// simplified by a tolerance in metres and rounded to decimal places. The result is
// cached, because a map requests the same boundaries again and again.
func (a *Atlas) EncodedBoundary(s *Shape, tolerance float64, places int) []byte {
	key := encodingKey{shape: s, tolerance: tolerance, places: places}
	if found, ok := s.encodings.GetIfPresent(key); ok {
		return found
	}
	out := EncodeBoundary(s.Simplified(tolerance), places)
	s.encodings.Set(key, out)
	return out
}

// EncodeBoundary returns a shape as the bytes of a GeoJSON MultiPolygon, rounded to
// decimal places.
func EncodeBoundary(shape orb.MultiPolygon, places int) []byte {
	out := []byte(`{"type":"MultiPolygon","coordinates":[`)
	for p, polygon := range geo.Round(shape, places) {
		if p > 0 {
			out = append(out, ',')
		}
		out = append(out, '[')
		for r, ring := range polygon {
			if r > 0 {
				out = append(out, ',')
			}
			out = append(out, '[')
			for i, position := range ring {
				if i > 0 {
					out = append(out, ',')
				}
				out = append(out, '[')
				out = strconv.AppendFloat(out, position[0], 'f', -1, 64)
				out = append(out, ',')
				out = strconv.AppendFloat(out, position[1], 'f', -1, 64)
				out = append(out, ']')
			}
			out = append(out, ']')
		}
		out = append(out, ']')
	}
	return slices.Clip(append(out, "]}"...))
}
