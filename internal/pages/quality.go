package pages

import (
	"context"
	"net/http"
	"strconv"
)

type qualityBody struct {
	*frame
	Lead       string
	Gaps       []gapRow
	Confidence []confidenceRow
	Coverage   []coverageRow
	JSON       string
}

// gapRow is the number of items that lack something, and of all items of that kind.
type gapRow struct{ What, Missing, Total string }

// confidenceRow is the number of facts with a level of confidence.
type confidenceRow struct{ How, Clusters, Supports, Designations string }

// coverageRow is the number of a province's clusters in the record, and BPS's count.
type coverageRow struct {
	link
	Known, Planned, Counted, Year, Share string
	Cites                                []int
}

// Quality makes the page of the known gaps of the record on the day.
func (q *Request) Quality(ctx context.Context) (*Page, error) {
	found, err := q.View.Quality(ctx)
	if err != nil {
		return nil, err
	}
	b := &qualityBody{frame: q.newFrame("quality", "about"), JSON: q.Root + "quality.json" + q.dayQuery()}
	b.Title, b.Lead = q.T("quality.title"), q.T("quality.lead", q.OnDay())
	b.Description = b.Lead
	b.Days = b.dayForm()
	for _, gap := range found.Gaps {
		b.Gaps = append(b.Gaps, gapRow{q.T("gap." + string(gap.Gap)), q.Lang.number(gap.Missing), q.Lang.number(gap.Total)})
	}
	for _, c := range found.Confidence {
		how := q.T("confidence.none")
		if c.Confidence != "" {
			how = q.T("confidence." + string(c.Confidence))
		}
		b.Confidence = append(b.Confidence, confidenceRow{how, q.Lang.number(c.Clusters), q.Lang.number(c.Supports), q.Lang.number(c.Designations)})
	}
	for i := range found.Coverage {
		c := &found.Coverage[i]
		row := coverageRow{link: link{Text: q.T("country")}, Known: q.Lang.number(c.Known), Planned: q.Lang.number(c.Planned)}
		if c.Region != nil {
			row.link = q.regionLink(c.Region.Code)
		}
		if c.Counted != nil {
			row.Counted, row.Year, row.Cites = q.Lang.number(c.Counted.Count), strconv.Itoa(c.Counted.Year), b.cited(c.Counted.Sources)
		}
		if share := c.Share(); share != nil {
			row.Share = q.Lang.percent(*share)
		}
		b.Coverage = append(b.Coverage, row)
	}
	b.Body = b
	return b.render("quality", http.StatusOK)
}
