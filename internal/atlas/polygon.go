package atlas

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/locate"
	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// maxOverlaySteps limits the overlays of one request: the number of edges, each
// counted once for every latitude within it at which another edge begins. Coasts in
// full detail need a twentieth of it. Polygons with many long interleaved teeth could
// need a thousand times as much.
const maxOverlaySteps = 10_000_000

// readyPolygon is a polygon of a filter, prepared on first use.
type readyPolygon struct {
	overlay *lazy.Value[*geo.Overlay]
	index   *lazy.Value[*locate.Index]
	of      *polygons
	mutex   sync.Mutex
	bound   orb.Bound
	// known caches the shares of areas that were overlaid with the polygon, by their
	// address.
	known map[*orb.Polygon]shares
}

// shares are the share of an area that is in the polygon, and the share of the
// polygon that is in the area.
type shares struct{ ofArea, ofPolygon float64 }

type polygonsKey struct{}

// polygons are the prepared polygons of one request, by their address.
type polygons struct {
	mutex sync.Mutex
	ready map[*orb.Polygon]*readyPolygon
	steps atomic.Int64
}

// WithPolygons returns a context in which each polygon is prepared only once, however
// often filters use it. Polygons must not change while the context is in use.
func WithPolygons(ctx context.Context) context.Context {
	return context.WithValue(ctx, polygonsKey{}, new(polygons))
}

// polygonOf returns the prepared polygon, from the context if it has one.
func polygonOf(ctx context.Context, shape orb.MultiPolygon) *readyPolygon {
	of, ok := ctx.Value(polygonsKey{}).(*polygons)
	if !ok {
		of = new(polygons)
	}
	of.mutex.Lock()
	defer of.mutex.Unlock()
	if known := of.ready[&shape[0]]; known != nil {
		return known
	}
	made := &readyPolygon{
		overlay: lazy.New(func() *geo.Overlay { return geo.NewOverlay(shape) }),
		index:   lazy.New(func() *locate.Index { return locate.New([]locate.Face{{Shape: shape}}) }),
		of:      of, bound: shape.Bound(), known: make(map[*orb.Polygon]shares),
	}
	if of.ready == nil {
		of.ready = make(map[*orb.Polygon]*readyPolygon)
	}
	of.ready[&shape[0]] = made
	return made
}

// shares overlays the polygon with an area. For a boundary the result is cached for
// the request.
func (p *readyPolygon) shares(ctx context.Context, area *part) (both shares, err error) {
	if !p.bound.Intersects(area.bound) {
		return shares{}, nil
	}
	if area.exact {
		p.mutex.Lock()
		known, ok := p.known[&area.shape[0]]
		p.mutex.Unlock()
		if ok {
			return known, nil
		}
	}
	const doing = "while a polygon was intersected with the regions"
	overlay, err := p.overlay.Get(ctx, doing)
	if err != nil {
		return shares{}, err
	}
	both.ofArea, both.ofPolygon, err = overlay.SharesUntil(area.shape, func(edges int) error {
		if p.of.steps.Add(int64(edges)) > maxOverlaySteps {
			return sentra.Errorf(sentra.CodeLimitExceeded, "the polygons have too many edges close together to be intersected with the regions; simplify them")
		}
		return sentra.Ended(ctx, doing)
	})
	if err != nil {
		return shares{}, err
	}
	if area.exact {
		p.mutex.Lock()
		p.known[&area.shape[0]] = both
		p.mutex.Unlock()
	}
	return both, nil
}
