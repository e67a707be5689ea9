package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ChoroplethRow is the measure for one region, product or phase.
type ChoroplethRow struct {
	Key, Name       string
	Region          *Region
	Product         *Product
	Phase           *Phase
	Status          sentra.ChoroplethStatus
	Value, Share    *float64
	NotCoveredCount int
	Reason          *Prose

	sources func() []*Source
}

// Sources returns the sources of what was measured.
func (r *ChoroplethRow) Sources() []*Source { return r.sources() }

// NewChoropleth returns the view of a choropleth of the day.
func NewChoropleth(on *View, c *atlas.Choropleth) *Choropleth {
	view := &Choropleth{By: c.By, Measure: c.Measure, AsOf: on.Day, Rows: make([]*ChoroplethRow, len(c.Rows)), UnplacedCount: c.Unplaced,
		Total: &ChoroplethTotal{Status: c.Total.Status, Value: c.Total.Value, NotCoveredCount: c.Total.NotCovered, Reason: whySaid(c.Total.Reason(c.Measure, on.Day))}}
	if c.Level != "" {
		view.Level = &c.Level
	}
	for i := range c.Rows {
		row := &c.Rows[i]
		out := &ChoroplethRow{Key: on.JoinKey(c, row), Status: row.Status, Value: row.Value, Share: row.Share, NotCoveredCount: row.NotCovered,
			Reason: whySaid(row.Reason(c.Measure, on.Day)), sources: func() []*Source { return Sources(on.Atlas, row.Sources()) }}
		switch {
		case row.Region != nil:
			out.Region, out.Name = NewRegion(on, row.Region), on.NameOn(row.Region)
		case row.Product != nil:
			out.Product, out.Name = &Product{on, row.Product}, row.Product.NameEN
		default:
			out.Phase, out.Name = &Phase{on, row.Phase}, row.Phase.Key
		}
		view.Rows[i] = out
	}
	return view
}
