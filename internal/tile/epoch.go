package tile

import (
	"cmp"
	"context"
	"slices"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// partition is the division of the country into regencies, with its levels.
type partition struct {
	// shapes by code, without regencies that have no boundary.
	shapes []*atlas.Shape
	// levels by zoom, each computed on first use.
	levels [MaxZoom + 1]*lazy.Value[*level]
}

func newPartition(shapes []*atlas.Shape) *partition {
	p := &partition{shapes: shapes}
	for zoom := range p.levels {
		p.levels[zoom] = lazy.New(func() *level { return newLevel(shapes, zoom) })
	}
	return p
}

const whileDrawn = "while a tile was drawn"

func (p *partition) level(ctx context.Context, zoom int) (*level, error) {
	return p.levels[zoom].Get(ctx, whileDrawn)
}

// province is a province of an epoch.
type province struct {
	*sentra.Region
	shape *atlas.Shape
}

// epoch is a span of days on which tiles do not change.
type epoch struct {
	// start is its first day.
	start     sentra.Date
	partition *partition
	regencies []*sentra.Region
	provinces []province
	// provinceOf is the province of each regency, by number; none if unknown.
	provinceOf []int32
	table      valueTable
	// The values of a layer's fields, by number of the region.
	regencyValues, provinceValues [][]int32
	// levels are the values for borders.
	levels struct{ province, regency, coast int32 }
	labels []label
}

// changeDays returns the first days of epochs, ascending.
func changeDays(a *atlas.Atlas) []sentra.Date {
	data := a.Data
	var days sentra.ChangeDays
	for i := range data.Regions {
		days.NotePeriod(data.Regions[i].Validity)
	}
	for i := range data.Memberships {
		days.NotePeriod(data.Memberships[i].Validity)
	}
	for i := range data.Boundaries {
		days.NotePeriod(data.Boundaries[i].Validity)
	}
	for i := range data.Designations {
		d := &data.Designations[i]
		from := d.InForceFrom()
		days.Note(&from, d.To)
	}
	for i := range data.Coverage {
		c := &data.Coverage[i]
		days.Note(c.InForceFrom(), c.To)
	}
	for i := range data.Phases {
		days.Note(&data.Phases[i].From.First, nil)
	}
	for c := range data.Clusters.All {
		if day, known := c.KnownFrom(a.Phase, a.Source); known {
			days.Note(&day, nil)
		}
	}
	for i := range data.Codes {
		days.NotePeriod(data.Codes[i].Validity)
	}
	for i := range data.Names {
		if n := &data.Names[i]; n.Kind == sentra.NameFormer {
			last := n.To.Last()
			days.Note(nil, &last)
			if n.From != nil {
				days.Note(&n.From.First, nil)
			}
		}
	}
	return days.Days()
}

// Epoch returns the first day of the span of days that contains the day and on which
// tiles do not change.
func (b *Builder) Epoch(day sentra.Date) sentra.Date {
	at, exact := slices.BinarySearch(b.changes, day)
	if !exact {
		at--
	}
	return b.changes[max(0, at)]
}

// maxEpochs is the number of cached epochs: clusters become known on many days, and
// an epoch has the values of every region.
const maxEpochs = 64

// epoch returns the epoch of a day, built once.
func (b *Builder) epoch(on atlas.View) *lazy.Value[*epoch] {
	start := b.Epoch(on.Day)
	b.mu.Lock()
	defer b.mu.Unlock()
	found := b.epochs[start]
	if found == nil {
		if len(b.epochs) >= maxEpochs {
			clear(b.epochs)
		}
		found = lazy.New(func() *epoch { return b.newEpoch(start, on) })
		b.epochs[start] = found
	}
	return found
}

func (b *Builder) newEpoch(start sentra.Date, on atlas.View) *epoch {
	e := &epoch{start: start, table: valueTable{numbers: make(map[value]int32)}}
	e.levels.province, e.levels.regency, e.levels.coast = e.table.number(text("province")), e.table.number(text("regency")), e.table.number(text("coast"))
	var shapes []*atlas.Shape
	numbers := make(map[sentra.RegionCode]int)
	var provinces []*sentra.Region
	for i := range b.atlas.Data.Regions {
		r := &b.atlas.Data.Regions[i]
		if !r.Validity.Contains(on.Day) {
			continue
		}
		if r.Kind == sentra.KindProvince {
			provinces = append(provinces, r)
		} else if shape := on.Shape(r.Code); shape != nil {
			e.regencies = append(e.regencies, r)
			shapes = append(shapes, shape)
		}
	}
	byCode := func(x, y *sentra.Region) int { return cmp.Compare(x.Code, y.Code) }
	slices.SortFunc(e.regencies, byCode)
	slices.SortFunc(provinces, byCode)
	slices.SortFunc(shapes, func(x, y *atlas.Shape) int { return cmp.Compare(x.Region, y.Region) })
	for i, r := range e.regencies {
		numbers[r.Code] = i
		e.provinceOf = append(e.provinceOf, none)
	}
	for _, r := range provinces {
		shape := on.Shape(r.Code)
		if shape == nil {
			continue
		}
		for _, member := range on.Members(r.Code) {
			if i, found := numbers[member.Code]; found {
				e.provinceOf[i] = int32(len(e.provinces))
			}
		}
		e.provinces = append(e.provinces, province{r, shape})
	}
	e.partition = b.partition(shapes)
	for _, p := range e.provinces {
		e.provinceValues = append(e.provinceValues, e.table.all(slices.Concat(nameValues(on, p.Region), statusValues(on, p.Code), joinValues(on, p.Code))))
	}
	for i, r := range e.regencies {
		within := value{}
		if e.provinceOf[i] != none {
			within = text(string(e.provinces[e.provinceOf[i]].Code))
		}
		values := append(nameValues(on, r), within)
		e.regencyValues = append(e.regencyValues, e.table.all(slices.Concat(values, statusValues(on, r.Code), joinValues(on, r.Code))))
	}
	e.labels = newLabels(e, on)
	return e
}

// partition returns the partition of the shapes, shared with other epochs or the
// previous atlas if it is the same.
func (b *Builder) partition(shapes []*atlas.Shape) *partition {
	b.mu.Lock()
	defer b.mu.Unlock()
	same := func(p *partition) bool { return slices.Equal(p.shapes, shapes) }
	if at := slices.IndexFunc(b.partitions, same); at >= 0 {
		return b.partitions[at]
	}
	made := newPartition(shapes)
	if at := slices.IndexFunc(b.inherited, same); at >= 0 {
		made = b.inherited[at]
	}
	b.partitions = append(b.partitions, made)
	return made
}

func nameValues(on atlas.View, r *sentra.Region) []value {
	return []value{text(string(r.Code)), text(on.NameOn(r)), text(string(r.Kind))}
}

// joinValues returns the codes of other systems.
func joinValues(on atlas.View, code sentra.RegionCode) []value {
	return []value{optional(on.CodeOn(code, sentra.SystemBPS)), optional(on.CodeOn(code, sentra.SystemISO)),
		optional(on.CodeOn(code, sentra.SystemPCode))}
}

// optional returns no value for an empty text.
func optional(s string) value {
	if s == "" {
		return value{}
	}
	return text(s)
}

func statusValues(on atlas.View, code sentra.RegionCode) []value {
	status := on.Affirmative(code)
	return []value{text(string(status.Answer)), text(string(status.Of(sentra.Disadvantaged).Answer)),
		text(string(status.Of(sentra.Border).Answer)), number(int64(len(on.ClustersOf(code))))}
}

// featureID converts a region's code to a stable number: 9406 for 94.06.
func featureID(code sentra.RegionCode) uint64 {
	var id uint64
	for _, digit := range []byte(code) {
		if digit != '.' {
			id = 10*id + uint64(digit-'0')
		}
	}
	return id
}
