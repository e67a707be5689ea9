package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	coversStatement      = `SELECT code FROM regency WHERE ST_Covers(shape, ST_SetSRID(ST_MakePoint($1, $2), 4326)) ORDER BY code LIMIT 1`
	coversPieceStatement = `SELECT code FROM regency_piece WHERE ST_Covers(shape, ST_SetSRID(ST_MakePoint($1, $2), 4326)) ORDER BY code LIMIT 1`
	// One statement for all points: the time of PostGIS without the round trips.
	coversAllStatement = `SELECT coalesce(found.code, '') FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS p(lon, lat, i)
		LEFT JOIN LATERAL (SELECT code FROM regency_piece WHERE ST_Covers(shape, ST_SetSRID(ST_MakePoint(lon, lat), 4326)) ORDER BY code LIMIT 1) found ON true
		ORDER BY i`
	// Without MATERIALIZED the planner scans all clusters in order until enough of them
	// are in the box, which is slower for most boxes.
	viewportStatement = `WITH found AS MATERIALIZED (SELECT key, position FROM cluster WHERE place && ST_MakeEnvelope($1, $2, $3, $4, 4326))
		SELECT key FROM found ORDER BY position LIMIT %d`
)

// regencyStatement prepares a statement that returns the code for a point.
func regencyStatement(ctx context.Context, conn *sqlx.Conn, statement string) (func(orb.Point) (sentra.RegionCode, error), error) {
	prepared, err := conn.PreparexContext(ctx, statement)
	if err != nil {
		return nil, fmt.Errorf("prepare the query of a point: %w", err)
	}
	return func(p orb.Point) (code sentra.RegionCode, err error) {
		err = prepared.QueryRowContext(ctx, p[0], p[1]).Scan(&code)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return code, err
	}, nil
}

// regency returns the code of the regency at a point, as found by Sentra.
func (w *world) regency(p orb.Point) (sentra.RegionCode, error) {
	place, err := w.on.At(p, 0)
	if err != nil || place.Regency == nil {
		return "", err
	}
	return place.Regency.Code, nil
}

func measurePoints(ctx context.Context, w *world, t *table) error {
	points, _ := w.faces.landPoints(random(2), w.settings.points)
	conn, err := w.peerConnection(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	whole, err := regencyStatement(ctx, conn, coversStatement)
	if err != nil {
		return err
	}
	pieces, err := regencyStatement(ctx, conn, coversPieceStatement)
	if err != nil {
		return err
	}
	var lons, lats []float64
	for _, p := range points {
		lons, lats = append(lons, p[0]), append(lats, p[1])
	}
	all := func() (codes []sentra.RegionCode, err error) {
		return codes, conn.SelectContext(ctx, &codes, coversAllStatement, pq.Array(lons), pq.Array(lats))
	}

	together, err := all()
	if err != nil {
		return fmt.Errorf("find all points by one statement: %w", err)
	}
	differ := map[string]int{}
	for i, p := range points {
		got, err := w.regency(p)
		if err != nil {
			return err
		}
		asked, err := whole(p)
		if err != nil {
			return err
		}
		byPiece, err := pieces(p)
		if err != nil {
			return err
		}
		for name, other := range map[string]sentra.RegionCode{"ST_Covers": asked, "ST_Covers over ST_Subdivide": byPiece, "one statement": together[i], "orb": w.faces.at(p)} {
			if other != got {
				differ[name]++
			}
		}
	}
	t.note("Points to regencies: of %d points, Sentra answers otherwise than: %s.", len(points), counts(differ, "ST_Covers", "ST_Covers over ST_Subdivide", "one statement", "orb"))

	sides := []side{
		{len(points), func(i int) error { _, err := w.regency(points[i]); return err }},
		{len(points), func(i int) error { _, err := whole(points[i]); return err }},
		{len(points), func(i int) error { _, err := pieces(points[i]); return err }},
		{len(points), func(i int) error { w.faces.at(points[i]); return nil }},
		{1, func(int) error { _, err := all(); return err }},
	}
	m, err := inTurns(w.settings.rounds, sides...)
	if err != nil {
		return err
	}
	work := fmt.Sprintf("point to regency in process, %d land points, p50 a point", len(points))
	t.under(work, m[0].p50, "", "", 0, time.Microsecond)
	t.bare("the same, allocations a point", fmt.Sprintf("%.2f", m[0].allocations), "0", m[0].allocations < 0.01)
	t.faster(work, m[0].p50, "", "PostGIS `ST_Covers`, GiST, prepared", m[1].p50, 100)
	t.faster(work, m[0].p50, "", "the same over `ST_Subdivide`d shapes", m[2].p50, 0)
	t.faster(work, m[0].p50, "", "the same, all points in one statement", m[4].p50/time.Duration(len(points)), 0)
	t.faster(work, m[0].p50, "", "orb: R-tree over parts, `planar`", m[3].p50, 10)
	return nil
}

// counts formats how often each thing happened, in the order of the names.
func counts(of map[string]int, names ...string) string {
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%s for %d", name, of[name]))
	}
	return strings.Join(parts, ", ")
}

// client is Sentra's complete HTTP server in this process, used over loopback.
type client struct {
	server *httptest.Server
}

func (w *world) newClient() (*client, error) {
	config := httpserver.DefaultConfig()
	// A thousand points by alias are some 21,000 tokens.
	config.MaxTokens = 50_000
	// Repeated points would be answered from the cache.
	config.AnswerCache = 0
	built, err := app.New(context.Background(), app.Config{Store: w.store, HTTP: config, Now: today.Time, Log: w.quiet})
	if err != nil {
		return nil, err
	}
	return &client{httptest.NewServer(built.Server.Handler())}, nil
}

// ask posts a request body and returns the data of the answer.
func ask(url string, body []byte) (json.RawMessage, error) {
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", url, err)
	}
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.Unmarshal(read, &answer); err != nil || answer.Errors != nil || answer.Data == nil {
		return nil, fmt.Errorf("the answer of %s is %s: %.500s", url, response.Status, read)
	}
	return answer.Data, nil
}

func requestBody(query string, variables any) ([]byte, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, fmt.Errorf("write a request: %w", err)
	}
	return body, nil
}

func measureGraphQLPoints(ctx context.Context, w *world, t *table) error {
	const n = 1000
	points, codes := w.faces.landPoints(random(3), n)
	c, err := w.newClient()
	if err != nil {
		return err
	}
	defer c.server.Close()
	url := c.server.URL + "/graphql"

	inputs, positions := make([]map[string]float64, n), make([][2]float64, n)
	var aliased strings.Builder
	aliased.WriteString("{")
	for i, p := range points {
		inputs[i], positions[i] = map[string]float64{"lon": p[0], "lat": p[1]}, p
		fmt.Fprintf(&aliased, "p%d:regionsAt(point:{lon:%v,lat:%v}){regency{code}}", i, p[0], p[1])
	}
	aliased.WriteString("}")
	many, err := requestBody(`query($points: [PointInput!]!) { regionsAtMany(points: $points) { regency { code } } }`, map[string]any{"points": inputs})
	if err != nil {
		return err
	}
	asGeoJSON, err := requestBody(`query($points: GeoJSONMultiPoint) { regionsAtMany(multiPoint: $points) { regency { code } } }`,
		map[string]any{"points": map[string]any{"type": "MultiPoint", "coordinates": positions}})
	if err != nil {
		return err
	}
	byAlias, err := requestBody(aliased.String(), nil)
	if err != nil {
		return err
	}
	conn, err := w.peerConnection(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	pieces, err := regencyStatement(ctx, conn, coversPieceStatement)
	if err != nil {
		return err
	}
	whole, err := regencyStatement(ctx, conn, coversStatement)
	if err != nil {
		return err
	}

	type at struct {
		Regency *struct{ Code sentra.RegionCode }
	}
	var listed, fromGeoJSON struct{ RegionsAtMany []at }
	named := map[string]at{}
	for _, one := range []struct {
		body []byte
		into any
	}{{many, &listed}, {asGeoJSON, &fromGeoJSON}, {byAlias, &named}} {
		data, err := ask(url, one.body)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(data, one.into); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
	}
	differ := map[string]int{}
	for i := range points {
		if r := listed.RegionsAtMany[i].Regency; r == nil || r.Code != codes[i] {
			differ["regionsAtMany"]++
		}
		if r := fromGeoJSON.RegionsAtMany[i].Regency; r == nil || r.Code != codes[i] {
			differ["regionsAtMany of a MultiPoint"]++
		}
		if r := named[fmt.Sprintf("p%d", i)].Regency; r == nil || r.Code != codes[i] {
			differ["regionsAt"]++
		}
	}
	t.note("%d points over GraphQL: answered otherwise than by orb: %s.", n, counts(differ, "regionsAtMany", "regionsAtMany of a MultiPoint", "regionsAt"))

	each := func(find func(orb.Point) (sentra.RegionCode, error)) func(int) error {
		return func(int) error {
			for _, p := range points {
				if _, err := find(p); err != nil {
					return err
				}
			}
			return nil
		}
	}
	const calls = 10
	m, err := inTurns(w.settings.rounds,
		side{calls, func(int) error { _, err := ask(url, asGeoJSON); return err }},
		side{calls, func(int) error { _, err := ask(url, many); return err }},
		side{calls, func(int) error { _, err := ask(url, byAlias); return err }},
		side{calls, each(whole)},
		side{calls, each(pieces)})
	if err != nil {
		return err
	}
	against, stronger := "PostGIS `ST_Covers`, one prepared round trip a point", "the same over `ST_Subdivide`d shapes"
	t.faster("1,000 points over GraphQL and HTTP, `regionsAtMany` of a MultiPoint", m[0].p50, "", against, m[3].p50, 20)
	t.faster("1,000 points over GraphQL and HTTP, `regionsAtMany` of a MultiPoint", m[0].p50, "", stronger, m[4].p50, 0)
	t.faster("1,000 points over GraphQL and HTTP, `regionsAtMany` of points", m[1].p50, "", against, m[3].p50, 20)
	t.faster("1,000 points over GraphQL and HTTP, aliased `regionsAt`", m[2].p50, "", against, m[3].p50, 0)
	return nil
}

// viewportsOf returns boxes around places with clusters, in degrees.
func (w *world) viewportsOf(n int) []sentra.BBox {
	random := random(4)
	centres, _ := w.faces.landPoints(random, n)
	boxes := make([]sentra.BBox, n)
	for i, c := range centres {
		// From a town, 0.02 degrees wide, to an island group of 5 degrees.
		width := 0.02 * math.Pow(250, random.Float64())
		boxes[i] = sentra.BBox{West: c[0] - width/2, East: c[0] + width/2, South: c[1] - width*0.3, North: c[1] + width*0.3}
	}
	return boxes
}

const (
	pageSize = 50
	// metresPerDegree of a great circle on the mean sphere.
	metresPerDegree = 111_195
)

// page returns the keys of the first clusters of a query.
func page(ctx context.Context, on atlas.View, filter *sentra.ClusterFilter) ([]string, error) {
	list, err := on.Clusters(ctx, filter, "", false)
	if err != nil {
		return nil, err
	}
	var keys []string
	for hit := range list.All() {
		if keys = append(keys, hit.Key); len(keys) == pageSize {
			break
		}
	}
	return keys, nil
}

// withClusters returns an atlas of the same regions with another number of clusters.
func (w *world) withClusters(n int) (*atlas.Atlas, error) {
	if n == w.settings.clusters {
		return w.atlas, nil
	}
	data := *w.atlas.Data
	var clusters []*sentra.Cluster
	for c := range w.atlas.Data.Clusters.All {
		if !slices.Contains(c.Phases, syntheticPhase) {
			clusters = append(clusters, c)
		}
	}
	made := syntheticClusters(w.faces, &data, n)
	for i := range made {
		clusters = append(clusters, &made[i])
	}
	data.Clusters = sentra.NewClusters(clusters...)
	return atlas.New(&data)
}

func measureViewports(ctx context.Context, w *world, t *table) error {
	boxes := w.viewportsOf(w.settings.viewports)
	conn, err := w.peerConnection(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	statement, err := conn.PreparexContext(ctx, fmt.Sprintf(viewportStatement, pageSize))
	if err != nil {
		return fmt.Errorf("prepare the query of a viewport: %w", err)
	}
	peer := func(b sentra.BBox) (keys []string, err error) {
		return keys, statement.SelectContext(ctx, &keys, b.West, b.South, b.East, b.North)
	}
	differ := 0
	for _, b := range boxes {
		got, err := page(ctx, w.on, &sentra.ClusterFilter{BBox: &b})
		if err != nil {
			return err
		}
		want, err := peer(b)
		if err != nil {
			return err
		}
		if !slices.Equal(got, want) {
			differ++
		}
	}
	t.note("Viewports: of %d pages Sentra's differs from PostGIS's for %d: `&&` compares boxes in single precision.", len(boxes), differ)
	ask := func(on atlas.View) side {
		return side{len(boxes), func(i int) error { _, err := page(ctx, on, &sentra.ClusterFilter{BBox: &boxes[i]}); return err }}
	}
	m, err := inTurns(w.settings.rounds, ask(w.on), side{len(boxes), func(i int) error { _, err := peer(boxes[i]); return err }})
	if err != nil {
		return err
	}
	work := fmt.Sprintf("viewport, first %d in order, of %d clusters, p50", pageSize, w.settings.clusters)
	t.under(work, m[0].p50, fmt.Sprintf(" (p99 %s)", short(m[0].p99)), "PostGIS `&&` with GiST, prepared", m[1].p50, time.Millisecond)
	for _, n := range []int{1_000, 10_000, 1_000_000} {
		log.Printf("measuring: viewports of %d clusters", n)
		a, err := w.withClusters(n)
		if err != nil {
			return err
		}
		on, err := a.On(today)
		if err != nil {
			return err
		}
		m, err := inTurns(1, ask(on))
		if err != nil {
			return err
		}
		t.bare(fmt.Sprintf("viewport, first %d in order, of %d clusters, p50", pageSize, n), fmt.Sprintf("%s (p99 %s)", short(m[0].p50), short(m[0].p99)), "", false)
	}
	return nil
}

func measureNearest(ctx context.Context, w *world, t *table) error {
	centres, _ := w.faces.landPoints(random(5), w.settings.viewports)
	conn, err := w.peerConnection(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	statement, err := conn.PreparexContext(ctx, fmt.Sprintf(`SELECT key FROM cluster_place ORDER BY place <-> ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography LIMIT %d`, pageSize))
	if err != nil {
		return fmt.Errorf("prepare the query of the nearest: %w", err)
	}
	peer := func(p orb.Point) (keys []string, err error) {
		return keys, statement.SelectContext(ctx, &keys, p[0], p[1])
	}
	ours := func(p orb.Point) ([]string, error) {
		return page(ctx, w.on, &sentra.ClusterFilter{Near: &sentra.Near{Point: p, Radius: 20_000_000}})
	}
	differ := 0
	for _, p := range centres[:min(100, len(centres))] {
		got, err := ours(p)
		if err != nil {
			return err
		}
		want, err := peer(p)
		if err != nil {
			return err
		}
		if !slices.Equal(got, want) {
			differ++
		}
	}
	t.note("Nearest: of %d lists Sentra's differs from PostGIS's for %d.", min(100, len(centres)), differ)
	m, err := inTurns(w.settings.rounds,
		side{len(centres), func(i int) error { _, err := ours(centres[i]); return err }},
		side{len(centres), func(i int) error { _, err := peer(centres[i]); return err }})
	if err != nil {
		return err
	}
	t.under(fmt.Sprintf("%d nearest of %d clusters, p50", pageSize, w.settings.clusters), m[0].p50, fmt.Sprintf(" (p99 %s)", short(m[0].p99)),
		"PostGIS `<->` on geography, prepared", m[1].p50, 200*time.Microsecond)
	return nil
}

func measureBoundaries(ctx context.Context, w *world, t *table) error {
	const zoom = 6
	conn, err := w.peerConnection(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tolerance := coverage.ZoomTolerance(zoom)
	statement, err := conn.PreparexContext(ctx, `SELECT ST_AsGeoJSON(ST_Simplify(shape, $1, true), 6) FROM regency ORDER BY code`)
	if err != nil {
		return fmt.Errorf("prepare the query of the boundaries: %w", err)
	}
	var shapes []*atlas.Shape
	for _, code := range w.faces.codes {
		shapes = append(shapes, w.on.Shape(code))
	}
	m, err := inTurns(w.settings.rounds,
		side{20, func(int) error {
			for _, s := range shapes {
				w.atlas.EncodedBoundary(s, tolerance, 6)
			}
			return nil
		}},
		side{5, func(int) error {
			var encoded []string
			return statement.SelectContext(ctx, &encoded, tolerance/metresPerDegree)
		}})
	if err != nil {
		return err
	}
	t.under(fmt.Sprintf("`boundary(zoom: %d)` of all %d, as bytes", zoom, len(shapes)), m[0].p50, "", "PostGIS `ST_AsGeoJSON(ST_Simplify(…))` at the same tolerance", m[1].p50, 10*time.Millisecond)
	return nil
}
