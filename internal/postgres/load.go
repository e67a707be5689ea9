package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Load reads the whole record in one consistent view, with a number of
// statements that does not depend on how much there is.
func (s *Store) Load(ctx context.Context) (*sentra.Dataset, error) {
	l := &load{ctx: ctx, data: &sentra.Dataset{}, cited: make(map[string][]sentra.SourceID)}
	err := s.inTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(tx *sqlx.Tx) error {
		l.tx = tx
		for _, step := range []func() error{
			l.state, l.sources, l.regions, l.codes, l.memberships, l.successions, l.designations, l.coverage,
			l.phases, l.products, l.clusters, l.events, l.programme, l.boundaries,
		} {
			if err := step(); err != nil {
				return wrapSQL(err, "load the dataset")
			}
		}
		return nil
	})
	return l.data, err
}

type load struct {
	ctx   context.Context
	tx    *sqlx.Tx
	data  *sentra.Dataset
	cited map[string][]sentra.SourceID
}

// all reads every row of a query into dest, a pointer to a slice.
func (l *load) all(dest any, query string) error {
	return l.tx.SelectContext(l.ctx, dest, query)
}

func (l *load) state() error {
	var row struct {
		Version   string
		UpdatedAt time.Time `db:"updated_at"`
	}
	err := l.tx.GetContext(l.ctx, &row, `SELECT version::text, updated_at FROM dataset_state`)
	l.data.Version, l.data.UpdatedAt = row.Version, row.UpdatedAt
	return err
}

func (l *load) sources() error {
	var rows []struct{ ID, Title, Publisher, Published, URL, Licence string }
	if err := l.all(&rows, `SELECT id, title, publisher, published, url, licence FROM sources ORDER BY title, id`); err != nil {
		return err
	}
	for _, r := range rows {
		s := sentra.Source{ID: sentra.SourceID(r.ID), Title: r.Title, Publisher: r.Publisher, URL: r.URL, Licence: r.Licence}
		if r.Published != "" {
			date, err := sentra.ParsePartialDate(r.Published)
			if err != nil {
				return err
			}
			s.Date = &date
		}
		l.data.Sources = append(l.data.Sources, s)
	}
	var members []struct {
		Citation string `db:"citation_id"`
		Source   string `db:"source_id"`
	}
	if err := l.all(&members, `SELECT citation_id, source_id FROM citation_sources ORDER BY citation_id, position`); err != nil {
		return err
	}
	for _, m := range members {
		l.cited[m.Citation] = append(l.cited[m.Citation], sentra.SourceID(m.Source))
	}
	return nil
}

// validity is the pair of columns of a period.
type validity struct {
	From *sentra.Date `db:"valid_from"`
	To   *sentra.Date `db:"valid_to"`
}

func (v validity) period() sentra.Period { return sentra.Period{From: v.From, To: v.To} }

func (l *load) regions() error {
	var rows []struct {
		validity
		Code, Kind, Name                   string
		Lon, Lat, West, South, East, North float64
		Citation                           string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT code, kind, name, lon, lat, west, south, east, north, valid_from, valid_to, citation_id FROM regions ORDER BY code`); err != nil {
		return err
	}
	for _, r := range rows {
		l.data.Regions = append(l.data.Regions, sentra.Region{Code: sentra.RegionCode(r.Code), Kind: sentra.RegionKind(r.Kind), Name: r.Name,
			Point: orb.Point{r.Lon, r.Lat}, Box: orb.Bound{Min: orb.Point{r.West, r.South}, Max: orb.Point{r.East, r.North}},
			Validity: r.period(), Sources: l.cited[r.Citation]})
	}
	return nil
}

func (l *load) codes() error {
	var rows []struct {
		validity
		Region   string `db:"region_code"`
		System   string
		Value    string
		Citation string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT region_code, system, value, valid_from, valid_to, citation_id FROM region_codes ORDER BY region_code, system DESC, value, valid_from`); err != nil {
		return err
	}
	for _, r := range rows {
		l.data.Codes = append(l.data.Codes, sentra.OfficialCode{Region: sentra.RegionCode(r.Region), System: sentra.CodeSystem(r.System),
			Value: r.Value, Validity: r.period(), Sources: l.cited[r.Citation]})
	}
	return nil
}

func (l *load) memberships() error {
	var rows []struct {
		validity
		Region   string `db:"region_code"`
		Province string `db:"province_code"`
		Law      string
		Citation string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT region_code, province_code, valid_from, valid_to, law, citation_id FROM memberships ORDER BY region_code, valid_from`); err != nil {
		return err
	}
	for _, r := range rows {
		l.data.Memberships = append(l.data.Memberships, sentra.Membership{Region: sentra.RegionCode(r.Region), Province: sentra.RegionCode(r.Province),
			Validity: r.period(), Law: r.Law, Sources: l.cited[r.Citation]})
	}
	return nil
}

func (l *load) successions() error {
	var rows []struct {
		Predecessor, Successor, Law string
		Date                        sentra.Date
		Citation                    string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT predecessor, successor, date, law, citation_id FROM successions ORDER BY date, predecessor, successor`); err != nil {
		return err
	}
	for _, r := range rows {
		l.data.Successions = append(l.data.Successions, sentra.Succession{Predecessor: sentra.RegionCode(r.Predecessor),
			Successor: sentra.RegionCode(r.Successor), Date: r.Date, Law: r.Law, Sources: l.cited[r.Citation]})
	}
	return nil
}

func (l *load) designations() error {
	var rows []struct {
		ID, Kind, Regulation, Precision, Confidence string
		Region                                      string         `db:"region_code"`
		From                                        sentra.Date    `db:"valid_from"`
		To                                          *sentra.Date   `db:"valid_to"`
		Countries                                   pq.StringArray `db:"countries"`
		Citation                                    string         `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT id, region_code, kind, regulation, valid_from, precision, valid_to, confidence, countries, citation_id
		FROM designations ORDER BY kind DESC, valid_from, region_code, id`); err != nil {
		return err
	}
	for _, r := range rows {
		l.data.Designations = append(l.data.Designations, sentra.Designation{ID: r.ID, Region: sentra.RegionCode(r.Region),
			Kind: sentra.DesignationKind(r.Kind), Regulation: r.Regulation,
			From: sentra.PartialDate{First: r.From, Precision: sentra.Precision(r.Precision)}, To: r.To,
			Confidence: sentra.Confidence(r.Confidence), Countries: r.Countries, Sources: l.cited[r.Citation]})
	}
	return nil
}

func (l *load) coverage() error {
	var rows []struct {
		Kind, Extent, Regulation, Confidence, Note string
		Province                                   *string      `db:"province_code"`
		RegionKinds                                string       `db:"region_kinds"`
		From                                       *sentra.Date `db:"valid_from"`
		Precision                                  *string
		To                                         *sentra.Date `db:"valid_to"`
		Citation                                   string       `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT kind, province_code, region_kinds, extent, valid_from, precision, valid_to, regulation, confidence, note, citation_id
		FROM designation_coverage ORDER BY kind DESC, province_code NULLS FIRST, valid_from`); err != nil {
		return err
	}
	for _, r := range rows {
		c := sentra.DesignationCoverage{Kind: sentra.DesignationKind(r.Kind), Extent: sentra.CoverageExtent(r.Extent), To: r.To,
			Regulation: r.Regulation, Confidence: sentra.Confidence(r.Confidence), Note: r.Note, Sources: l.cited[r.Citation]}
		if r.Province != nil {
			c.Province = sentra.RegionCode(*r.Province)
		}
		for kind := range strings.FieldsSeq(r.RegionKinds) {
			c.RegionKinds = append(c.RegionKinds, sentra.RegionKind(kind))
		}
		if r.From != nil {
			c.From = &sentra.PartialDate{First: *r.From, Precision: sentra.Precision(*r.Precision)}
		}
		l.data.Coverage = append(l.data.Coverage, c)
	}
	return nil
}

func (l *load) phases() error {
	var rows []struct {
		Key, Starts string
		Ends        *string
		Citation    string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT key, starts, ends, citation_id FROM phases ORDER BY starts, key`); err != nil {
		return err
	}
	for _, r := range rows {
		from, err := sentra.ParsePartialDate(r.Starts)
		if err != nil {
			return err
		}
		p := sentra.Phase{Key: r.Key, From: from, Sources: l.cited[r.Citation]}
		if r.Ends != nil {
			to, err := sentra.ParsePartialDate(*r.Ends)
			if err != nil {
				return err
			}
			p.To = &to
		}
		l.data.Phases = append(l.data.Phases, p)
	}
	return nil
}

func (l *load) products() error {
	var rows []struct {
		Key      string
		NameEN   string `db:"name_en"`
		NameID   string `db:"name_id"`
		Citation string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT key, name_en, name_id, citation_id FROM products ORDER BY name_en, key`); err != nil {
		return err
	}
	for _, r := range rows {
		l.data.Products = append(l.data.Products, sentra.Product{Key: r.Key, NameEN: r.NameEN, NameID: r.NameID, Sources: l.cited[r.Citation]})
	}
	return nil
}

func (l *load) clusters() error {
	var rows []struct {
		Key           string
		NameEN        string `db:"name_en"`
		NameID        string `db:"name_id"`
		RegionNote    string `db:"region_note"`
		ProvinceNamed string `db:"province_named"`
		Point         []byte
		Precision     string
		InitialTarget *bool  `db:"initial_target"`
		Citation      string `db:"citation_id"`
		Regions       pq.StringArray
		Products      pq.StringArray
		Phases        pq.StringArray
	}
	if err := l.all(&rows, `SELECT key, name_en, name_id, region_note, province_named, point, precision, initial_target, citation_id,
		ARRAY(SELECT region_code FROM cluster_regions WHERE cluster_key = key ORDER BY position) AS regions,
		ARRAY(SELECT product_key FROM cluster_products WHERE cluster_key = key ORDER BY position) AS products,
		ARRAY(SELECT phase_key FROM cluster_phases WHERE cluster_key = key ORDER BY position) AS phases
		FROM clusters ORDER BY key`); err != nil {
		return err
	}
	// Among many clusters the same few texts and lists come again and again; each is
	// kept once, and all points in one piece, so that the garbage collector has
	// little to look through.
	regions, keys := make(listsKept[sentra.RegionCode]), make(listsKept[string])
	points := make([]orb.Point, len(rows))
	l.data.Clusters = make([]sentra.Cluster, 0, len(rows))
	at := make(map[string]int, len(rows))
	for i, r := range rows {
		at[r.Key] = i
		c := sentra.Cluster{Key: r.Key, NameEN: r.NameEN, NameID: r.NameID, RegionNote: r.RegionNote, ProvinceNamed: unique.Make(r.ProvinceNamed).Value(),
			Precision: sentra.LocationPrecision(unique.Make(r.Precision).Value()), InitialTarget: r.InitialTarget, Sources: l.cited[r.Citation],
			Regions: regions.once(r.Regions), Products: keys.once(r.Products), Phases: keys.once(r.Phases)}
		if r.NameID == r.NameEN {
			c.NameID = c.NameEN
		}
		if r.Point != nil {
			c.Point = &points[i]
			if err := ewkb.Scanner(c.Point).Scan(r.Point); err != nil {
				return err
			}
		}
		l.data.Clusters = append(l.data.Clusters, c)
	}
	var grounds []struct {
		Cluster  string `db:"cluster_key"`
		Kind     string
		Met      bool
		Citation string `db:"citation_id"`
	}
	if err := l.all(&grounds, `SELECT cluster_key, kind, met, citation_id FROM cluster_grounds ORDER BY cluster_key, kind`); err != nil {
		return err
	}
	for _, g := range grounds {
		c := &l.data.Clusters[at[g.Cluster]]
		c.Grounds = append(c.Grounds, sentra.ClusterGround{Kind: sentra.GroundKind(g.Kind), Met: g.Met, Sources: l.cited[g.Citation]})
	}
	return nil
}

// listsKept are lists by their elements.
type listsKept[T ~string] map[string][]T

// once gives the list that was kept for equal texts before, else keeps one; nil
// for none.
func (k listsKept[T]) once(texts []string) []T {
	if len(texts) == 0 {
		return nil
	}
	key := strings.Join(texts, "\x00")
	list, known := k[key]
	if !known {
		for _, text := range texts {
			list = append(list, T(text))
		}
		k[key] = slices.Clip(list)
	}
	return list
}

func (l *load) events() error {
	var rows []struct {
		Region, Kind, Date, Place, With, What, Note string
		Value                                       *int
		Citation                                    string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT region_code AS region, kind, date, place, with_whom AS "with", what, value, note, citation_id FROM events ORDER BY date, id`); err != nil {
		return err
	}
	for _, r := range rows {
		date, err := sentra.ParsePartialDate(r.Date)
		if err != nil {
			return err
		}
		l.data.Events = append(l.data.Events, sentra.Event{Region: sentra.RegionCode(r.Region), Kind: sentra.EventKind(r.Kind), Date: date,
			Place: r.Place, With: r.With, What: r.What, Value: r.Value, Note: r.Note, Sources: l.cited[r.Citation]})
	}
	return nil
}

func (l *load) programme() error {
	var rows []struct{ Details []byte }
	if err := l.all(&rows, `SELECT details FROM programme`); err != nil {
		return err
	}
	if len(rows) == 0 {
		return nil
	}
	return json.Unmarshal(rows[0].Details, &l.data.Programme)
}

func (l *load) boundaries() error {
	var rows []struct {
		validity
		Region   string `db:"region_code"`
		Shape    []byte
		Origin   string
		Citation string `db:"citation_id"`
	}
	if err := l.all(&rows, `SELECT region_code, valid_from, valid_to, shape, origin, citation_id FROM boundaries ORDER BY region_code, valid_from`); err != nil {
		return err
	}
	for _, r := range rows {
		b := sentra.Boundary{Region: sentra.RegionCode(r.Region), Validity: r.period(), Origin: sentra.BoundaryOrigin(r.Origin)}
		if err := ewkb.Scanner(&b.Shape).Scan(r.Shape); err != nil {
			return err
		}
		if sources := l.cited[r.Citation]; len(sources) > 0 {
			b.Source = sources[0]
		}
		l.data.Boundaries = append(l.data.Boundaries, b)
	}
	return nil
}
