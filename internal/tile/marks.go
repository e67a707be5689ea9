package tile

import (
	"cmp"
	"hash/fnv"
	"slices"
	"sort"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// markClass is clusters with the same symbol: those of the programme by phase,
// others, and planned ones.
type markClass struct {
	phases string
	status sentra.ClusterStatus
}

func classOf(c *atlas.Cluster) markClass {
	return markClass{strings.Join(c.Phases, ", "), c.Status()}
}

// Zooms of marks: at low zooms there is one for each regency or city, or one for each
// province if those would be too many; at high zooms each place has its own.
const (
	regencyMarksToZoom  = 7
	provinceMarksToZoom = 4
	// crowd is the number of marks of regencies above which a view of the country has
	// marks of provinces.
	crowd = 250
)

// marks has the marks of clusters for every zoom.
type marks struct {
	country, region, near *markIndex
}

func newMarks(clusters []*atlas.Cluster, view atlas.View) *marks {
	label := func(code sentra.RegionCode) orb.Point {
		if shape := view.Shape(code); shape != nil {
			return shape.Label
		}
		return view.Region(code).Point
	}
	m := &marks{near: newMarkIndex(clusters, nil, nil)}
	regency := func(c *atlas.Cluster) sentra.RegionCode { return c.Regions[0] }
	m.region = newMarkIndex(clusters, regency, label)
	m.country = m.region
	if len(m.region.ofRegions) > crowd {
		m.country = newMarkIndex(clusters, func(c *atlas.Cluster) sentra.RegionCode {
			if province := view.Province(c.Regions[0]); province != "" && !c.OfProgramme() {
				return province
			}
			return c.Regions[0]
		}, label)
	}
	return m
}

// in returns the marks of a tile.
func (m *marks) in(t maptile.Tile) []regionMark {
	switch {
	case t.Z <= provinceMarksToZoom:
		return m.country.in(t)
	case t.Z <= regencyMarksToZoom:
		return m.region.in(t)
	}
	return m.near.in(t)
}

// markIndex has the marks of clusters: one fixed mark for each region of clusters of
// which only the region is known, and cells for those with their own location.
type markIndex struct {
	ofRegions []regionMark
	morton    []uint64
	ofPlaces  map[markClass]*clusterIndex
	// classes are the keys of ofPlaces, in order.
	classes []markClass
}

// regionMark is clusters with one mark.
type regionMark struct {
	at       point
	clusters []*atlas.Cluster
	// region is the region of all of them, if it is the same.
	region sentra.RegionCode
	class  markClass
	// nth counts the marks at the same point.
	nth int
}

// newMarkIndex returns an index. With regionOf, clusters with their own location are
// also marked at the label point of their region, and planned ones together with
// others.
func newMarkIndex(clusters []*atlas.Cluster, regionOf func(*atlas.Cluster) sentra.RegionCode, labelPoint func(sentra.RegionCode) orb.Point) *markIndex {
	type regionClass struct {
		region sentra.RegionCode
		markClass
	}
	known := make(map[regionClass]*regionMark)
	placed := make(map[markClass][]*atlas.Cluster)
	var order []regionClass
	for _, c := range clusters {
		class := classOf(c)
		if len(c.Regions) == 0 || regionOf == nil && c.Precision == sentra.PrecisionPoint {
			placed[class] = append(placed[class], c)
			continue
		}
		key := regionClass{c.Regions[0], class}
		if regionOf != nil {
			key = regionClass{regionOf(c), markClass{phases: class.phases}}
		}
		mark := known[key]
		if mark == nil {
			mark = &regionMark{at: toGrid(c.Place, MaxZoom), region: key.region, class: class}
			known[key] = mark
			order = append(order, key)
		} else if regionOf != nil && len(mark.clusters) == 1 {
			mark.at = toGrid(labelPoint(key.region), MaxZoom)
		}
		if class.status == sentra.ClusterExisting {
			mark.class = class
		}
		mark.clusters = append(mark.clusters, c)
	}
	// The programme's come first at their point.
	slices.SortFunc(order, func(x, y regionClass) int {
		a, b := known[x].at, known[y].at
		return cmp.Or(cmp.Compare(morton(uint32(a.x), uint32(a.y)), morton(uint32(b.x), uint32(b.y))), cmp.Compare(y.phases, x.phases), cmp.Compare(x.status, y.status), cmp.Compare(x.region, y.region))
	})
	index := &markIndex{ofPlaces: make(map[markClass]*clusterIndex)}
	for i, key := range order {
		mark := *known[key]
		if i > 0 && index.ofRegions[i-1].at == mark.at {
			mark.nth = index.ofRegions[i-1].nth + 1
		}
		index.ofRegions = append(index.ofRegions, mark)
		index.morton = append(index.morton, morton(uint32(mark.at.x), uint32(mark.at.y)))
	}
	for class, members := range placed {
		index.ofPlaces[class] = newClusterIndex(members)
		index.classes = append(index.classes, class)
	}
	slices.SortFunc(index.classes, func(x, y markClass) int {
		return cmp.Or(cmp.Compare(x.phases, y.phases), cmp.Compare(x.status, y.status))
	})
	return index
}

// in returns the marks of a tile.
func (m *markIndex) in(t maptile.Tile) []regionMark {
	shift := 2 * (gridBits - int(t.Z))
	first := morton(t.X, t.Y) << shift
	last := first + 1<<shift - 1
	origin := point{int32(t.X) << extentBits, int32(t.Y) << extentBits}
	var marks []regionMark
	for i := sort.Search(len(m.morton), func(i int) bool { return m.morton[i] >= first }); i < len(m.morton) && m.morton[i] <= last; i++ {
		mark := m.ofRegions[i]
		mark.at = point{mark.at.x>>(MaxZoom-t.Z) - origin.x, mark.at.y>>(MaxZoom-t.Z) - origin.y}
		marks = append(marks, mark)
	}
	for _, class := range m.classes {
		for _, g := range m.ofPlaces[class].in(t) {
			region, _ := sameRegion(g.clusters)
			marks = append(marks, regionMark{at: g.at, clusters: g.clusters, region: region, class: class})
		}
	}
	return marks
}

// markValues returns the values of the layer's fields for a mark.
func (b *Builder) markValues(m regionMark, on atlas.View) (id uint64, values []value) {
	c := m.clusters[0]
	hash := fnv.New64a()
	hash.Write([]byte("mark " + c.Key))
	// JavaScript numbers are exact up to 53 bits.
	id = hash.Sum64() & (1<<53 - 1)
	region, place := value{}, value{}
	if m.region != "" {
		region = text(string(m.region))
		if r := b.atlas.Region(m.region); r != nil {
			place = text(on.NameOn(r))
		}
	}
	precision, class := string(c.Precision), m.class
	if len(m.clusters) > 1 && m.region != "" && !strings.Contains(string(m.region), ".") {
		precision = string(sentra.PrecisionProvince)
	}
	key, name, nameID := value{}, value{}, value{}
	if len(m.clusters) == 1 {
		key, name, nameID = text(c.Key), text(c.NameEN), text(c.NameID)
	}
	product, productID := value{}, value{}
	if p := b.sameProduct(m.clusters); p != nil {
		product, productID = text(p.NameEN), text(p.NameID)
	}
	return id, []value{number(int64(len(m.clusters))), text(class.phases), text(string(class.status)), text(string(b.mostlyOf(m.clusters))), region, place,
		text(precision), key, name, nameID, product, productID, number(int64(m.nth))}
}

// sameRegion returns the region of all clusters, if it is the same.
func sameRegion(clusters []*atlas.Cluster) (sentra.RegionCode, bool) {
	if len(clusters[0].Regions) == 0 {
		return "", false
	}
	code := clusters[0].Regions[0]
	for _, c := range clusters[1:] {
		if len(c.Regions) == 0 || c.Regions[0] != code {
			return "", false
		}
	}
	return code, true
}

// sameProduct returns the first product of all clusters, or nil if they differ.
func (b *Builder) sameProduct(clusters []*atlas.Cluster) *sentra.Product {
	for _, c := range clusters {
		if len(c.Products) == 0 || c.Products[0] != clusters[0].Products[0] {
			return nil
		}
	}
	return b.atlas.Product(clusters[0].Products[0])
}

// mostlyOf returns the group of more than half of the clusters, or OTHER.
func (b *Builder) mostlyOf(clusters []*atlas.Cluster) sentra.ProductGroup {
	counts := make(map[sentra.ProductGroup]int, 8)
	// Many clusters make few distinct lists of products.
	type alike struct {
		one   *atlas.Cluster
		count int
	}
	byProducts := make(map[string]alike, 8)
	for _, c := range clusters {
		key := strings.Join(c.Products, "\n")
		byProducts[key] = alike{c, byProducts[key].count + 1}
	}
	for _, of := range byProducts {
		counts[b.atlas.GroupOf(of.one)] += of.count
	}
	for group, count := range counts {
		if 2*count > len(clusters) {
			return group
		}
	}
	return sentra.ProductsOther
}
