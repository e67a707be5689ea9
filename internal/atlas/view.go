package atlas

import "github.com/sentra-ikm/sentra/internal/sentra"

// View is an atlas on one day: what its methods answer holds on that day.
type View struct {
	*Atlas
	Day sentra.Date
}

// On gives the view of a day that CheckDay lets pass.
func (a *Atlas) On(day sentra.Date) View { return View{Atlas: a, Day: day} }
