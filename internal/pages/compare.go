package pages

import (
	"context"
	"net/http"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// compareBody compares two regions, or one region on two days.
type compareBody struct {
	*frame
	Lead  string
	Sides []*side
	Rows  []compareRow
	// Given are the values of the form.
	A, B       string
	DayA, DayB sentra.Date
	Wrong      string
}

// side is a region on a day.
type side struct {
	link
	Code, Day string
	Map       *miniMap
	Bar       *statusBar
}

type compareRow struct {
	Term  string
	Cells [2]compareCell
	// Differs marks a row whose values differ.
	Differs bool
}

type compareCell struct {
	Text, Class, Badge string
	Cites              []int
}

// Compare makes the page that compares regions a and b, on the days asOf and asOfB.
// Without asOfB it is the same day if the regions differ, else today.
func (q *Request) Compare(ctx context.Context) (*Page, error) {
	b := &compareBody{frame: q.newFrame("compare", ""), A: strings.TrimSpace(trimmed(q.Query.Get("a"))), B: strings.TrimSpace(trimmed(q.Query.Get("b"))), DayA: q.Day}
	b.NoIndex = true
	b.Title, b.Lead = q.T("compare.title"), q.T("compare.lead")
	other, given, err := q.viewOf(q.Query, "asOfB")
	if err != nil {
		return nil, err
	}
	if !given && b.A != b.B {
		other = q.View
	}
	b.DayB = other.Day
	if b.A != "" && b.B != "" {
		if err := b.compare(ctx, [2]atlas.View{q.View, other}); err != nil {
			return nil, err
		}
	}
	b.Description = b.Lead
	b.Body = b
	return b.render("compare", http.StatusOK)
}

// compare fills in both sides.
func (b *compareBody) compare(ctx context.Context, views [2]atlas.View) error {
	frames := [2]*frame{b.frame, b.frame}
	var regions [2]*sentra.Region
	for i, text := range []string{b.A, b.B} {
		request := *b.Request
		request.View, request.Dated = views[i], true
		own := *b.frame
		own.Request = &request
		frames[i] = &own
		code, err := sentra.ParseRegionCode(text)
		if err == nil {
			regions[i] = request.Exists(code)
		} else if hits, err := request.Search(ctx, text, 1); err != nil {
			return err
		} else if len(hits) > 0 {
			regions[i] = hits[0].Region
		}
		if regions[i] == nil {
			b.Wrong = b.T("compare.missing", text, request.OnDay())
			return nil
		}
	}
	b.A, b.B = string(regions[0].Code), string(regions[1].Code)
	b.Here = withQuery(withQuery("?asOf="+b.DayA.String(), "a", b.A), "b", b.B) + "&asOfB=" + b.DayB.String()
	var names [2]string
	for i, r := range regions {
		f := frames[i]
		names[i] = f.NameOn(r) + " (" + f.OnDay() + ")"
		s := &side{link: link{Href: f.on(RegionPath(r.Code), f.Day), Text: f.NameOn(r)}, Code: string(r.Code), Day: f.OnDay()}
		var err error
		if s.Map, err = f.regionMap(ctx, r, append(f.ClustersOf(r.Code), f.PlannedIn(r.Code)...)); err != nil {
			return err
		}
		if s.Map != nil {
			s.Map.ID = string(rune('a' + i))
		}
		s.Bar = f.statusBar(f.spansOf(r))
		s.Bar.ID = string(rune('a' + i))
		b.Sides = append(b.Sides, s)
	}
	b.Title = b.T("compare.heading", names[0], names[1])
	b.Lead = b.T("compare.told", names[0], names[1])
	row := func(term string, of func(f *frame, r *sentra.Region) compareCell) {
		out := compareRow{Term: b.T(term)}
		for i := range regions {
			out.Cells[i] = of(frames[i], regions[i])
		}
		out.Differs = out.Cells[0].Text != out.Cells[1].Text
		b.Rows = append(b.Rows, out)
	}
	row("kind", func(f *frame, r *sentra.Region) compareCell { return compareCell{Text: f.T("kind." + string(r.Kind))} })
	row("above", func(f *frame, r *sentra.Region) compareCell {
		if parent := f.Atlas.Region(f.Province(r.Code)); parent != nil && parent != r {
			return compareCell{Text: f.NameOn(parent)}
		}
		return compareCell{Text: "–"}
	})
	row("below", func(f *frame, r *sentra.Region) compareCell {
		if r.Kind != sentra.KindProvince {
			return compareCell{Text: "–"}
		}
		return compareCell{Text: f.Lang.counted("members", len(f.Members(r.Code)))}
	})
	row("area", func(f *frame, r *sentra.Region) compareCell {
		if s := f.Shape(r.Code); s != nil {
			return compareCell{Text: f.Lang.number(int(s.AreaKm2+0.5)) + " km²"}
		}
		return compareCell{Text: f.T("unknown")}
	})
	row("affirmative", func(f *frame, r *sentra.Region) compareCell {
		judged := f.Affirmative(r.Code)
		return compareCell{Text: f.T(string(judged.Answer)), Class: classOf(judged.Answer), Badge: f.badge(judged.Confidence)}
	})
	for _, kind := range sentra.DesignationKinds {
		row(string(kind), func(f *frame, r *sentra.Region) compareCell {
			judged := f.Affirmative(r.Code)
			of := judged.Of(kind)
			return compareCell{Text: f.T(string(of.Answer)), Class: classOf(of.Answer), Badge: f.badge(of.Confidence), Cites: f.cited(of.Sources())}
		})
		row("why."+string(kind), func(f *frame, r *sentra.Region) compareCell {
			judged := f.Affirmative(r.Code)
			return compareCell{Text: f.reason(judged.Of(kind))}
		})
	}
	row("clusters.title", func(f *frame, r *sentra.Region) compareCell {
		return compareCell{Text: f.knownClusters(f.ClustersOf(r.Code))}
	})
	row("supports", func(f *frame, r *sentra.Region) compareCell {
		return compareCell{Text: f.Lang.counted("supports", len(f.SupportsOf(r.Code)))}
	})
	return nil
}

// knownClusters counts clusters and names some.
func (q *Request) knownClusters(known []*atlas.Cluster) string {
	if len(known) == 0 {
		return q.T("clusters.none")
	}
	var names []string
	for _, c := range known[:min(5, len(known))] {
		names = append(names, q.clusterName(c))
	}
	if more := len(known) - len(names); more > 0 {
		names = append(names, q.Lang.counted("more", more))
	}
	return q.Lang.counted("known", len(known)) + ": " + q.Lang.list(names)
}
