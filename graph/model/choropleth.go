package model

import (
	"fmt"

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
	Reason          *string

	sources func() []*Source
}

// Sources gives where what was measured was read.
func (r *ChoroplethRow) Sources() []*Source { return r.sources() }

// NewChoropleth makes the view of a choropleth of the day.
func NewChoropleth(a *atlas.Atlas, c *atlas.Choropleth, day Day) *Choropleth {
	view := &Choropleth{By: c.By, Measure: c.Measure, AsOf: c.Day, Rows: make([]*ChoroplethRow, len(c.Rows)), UnplacedCount: c.Unplaced,
		Total: &ChoroplethTotal{Status: c.Total.Status, Value: c.Total.Value, NotCoveredCount: c.Total.NotCovered, Reason: noDataReason(&c.Total, c)}}
	if c.Level != "" {
		view.Level = &c.Level
	}
	for i := range c.Rows {
		row := &c.Rows[i]
		out := &ChoroplethRow{Key: row.Key(), Status: row.Status, Value: row.Value, Share: row.Share, NotCoveredCount: row.NotCovered,
			Reason: noDataReason(&row.Measured, c), sources: func() []*Source { return Sources(a, row.Sources()) }}
		switch {
		case row.Region != nil:
			out.Region, out.Name = NewRegion(a, row.Region, day), a.On(day.Date).NameOn(row.Region)
		case row.Product != nil:
			out.Product, out.Name = &Product{a, row.Product, day}, row.Product.NameEN
		default:
			out.Phase, out.Name = &Phase{a, row.Phase, day}, row.Phase.Key
		}
		view.Rows[i] = out
	}
	return view
}

// noDataReason tells why there is no data; nil where there is.
func noDataReason(m *sentra.Measured, c *atlas.Choropleth) *string {
	if m.Status != sentra.StatusNoData {
		return nil
	}
	reason := "No cluster is known, and the record does not hold all of the country's; that is not a zero."
	switch {
	case m.NotCovered == 1:
		reason = fmt.Sprintf("Of 1 cluster nothing loaded tells on %s whether it counts; that is not a zero.", c.Day)
	case m.NotCovered > 1:
		reason = fmt.Sprintf("Of %d clusters nothing loaded tells on %s whether they count; that is not a zero.", m.NotCovered, c.Day)
	case c.Measure == sentra.AffirmativeClusterShare:
		reason = "There is no cluster to take a share of."
	}
	return &reason
}
