package atlas

import (
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ListDesignations lists the designations that match, in the record's order, with the
// regions above theirs as of the view's day. An invalid filter is a BAD_USER_INPUT
// whose path begins with the filter.
func (a View) ListDesignations(f *sentra.DesignationFilter) ([]*sentra.Designation, error) {
	if f == nil {
		f = &sentra.DesignationFilter{}
	}
	if f.Region != "" && a.regions[f.Region] == nil {
		return nil, sentra.BadInput("filter.region", "no region has the code %s", f.Region)
	}
	if f.AsOf != nil {
		if _, err := a.On(*f.AsOf); err != nil {
			return nil, sentra.In("filter.asOf", err)
		}
	}
	return matching(a.Data.Designations, func(d *sentra.Designation) bool {
		return (f.Kind == "" || d.Kind == f.Kind) &&
			(f.Region == "" || d.Region == f.Region || a.Province(d.Region) == f.Region) &&
			(f.Regulation == nil || strings.EqualFold(d.Regulation, *f.Regulation)) &&
			(f.AsOf == nil || d.InForce(*f.AsOf)) &&
			(f.Confidence == "" || d.Confidence == f.Confidence)
	}), nil
}
