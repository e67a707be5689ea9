package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// wgs84 is the spatial reference of every stored geometry (EPSG:4326).
const wgs84 = 4326

// row is one row to write, column by column.
type row map[string]any

// insert writes many rows with one statement. columns are "name type", in the
// order of the table; onConflict ends the statement.
func insert(ctx context.Context, tx *sqlx.Tx, table string, columns []string, rows []row, onConflict string) error {
	if len(rows) == 0 {
		return nil
	}
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = strings.Fields(column)[0]
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encode rows of %s: %w", table, err)
	}
	list := strings.Join(names, ", ")
	statement := fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM jsonb_to_recordset($1::jsonb) AS r(%s) %s`,
		table, list, list, strings.Join(columns, ", "), onConflict)
	if _, err := tx.ExecContext(ctx, statement, string(data)); err != nil {
		return wrapSQL(err, "write "+table)
	}
	return nil
}

func dateCell(d *sentra.Date) any {
	if d == nil {
		return nil
	}
	return d.String()
}

func point(p *orb.Point) (any, error) {
	if p == nil {
		return nil, nil
	}
	data, err := ewkb.Marshal(*p, wgs84)
	if err != nil {
		return nil, fmt.Errorf("encode a point: %w", err)
	}
	return fmt.Sprintf("\\x%x", data), nil
}

// citations collects the sets of sources that rows cite.
type citations map[string][]sentra.SourceID

func (c citations) cite(sources []sentra.SourceID) string {
	sorted := slices.Clone(sources)
	slices.Sort(sorted)
	parts := make([]string, len(sorted))
	for i, s := range sorted {
		parts[i] = string(s)
	}
	id := strings.Join(parts, "+")
	c[id] = sources
	return id
}

func (c citations) write(ctx context.Context, tx *sqlx.Tx, sources []sentra.Source) error {
	var sourceRows, heads, members []row
	for _, s := range sources {
		published := ""
		if s.Date != nil {
			published = s.Date.String()
		}
		sourceRows = append(sourceRows, row{"id": s.ID, "title": s.Title, "publisher": s.Publisher, "published": published, "url": s.URL, "licence": s.Licence})
	}
	for id, sources := range c {
		heads = append(heads, row{"id": id})
		for i, s := range sources {
			members = append(members, row{"citation_id": id, "position": i, "source_id": s})
		}
	}
	if err := insert(ctx, tx, "sources", []string{"id text", "title text", "publisher text", "published text", "url text", "licence text"}, sourceRows,
		`ON CONFLICT (id) DO UPDATE SET title = excluded.title, publisher = excluded.publisher, published = excluded.published, url = excluded.url, licence = excluded.licence
		 WHERE (sources.title, sources.publisher, sources.published, sources.url, sources.licence)
		 IS DISTINCT FROM (excluded.title, excluded.publisher, excluded.published, excluded.url, excluded.licence)`); err != nil {
		return err
	}
	if err := insert(ctx, tx, "citations", []string{"id text"}, heads, `ON CONFLICT DO NOTHING`); err != nil {
		return err
	}
	return insert(ctx, tx, "citation_sources", []string{"citation_id text", "position int", "source_id text"}, members, `ON CONFLICT DO NOTHING`)
}

// SyncFacts writes the facts that the binary brought, once per digest, and
// replaces those of an older binary. Boundaries, and designations and clusters
// that were imported, stay. It tells whether anything was written.
func (s *Store) SyncFacts(ctx context.Context, facts *sentra.Facts, digest string) (written bool, err error) {
	err = s.inTx(ctx, nil, func(tx *sqlx.Tx) error {
		var stored string
		// The row lock keeps two servers that start at once from writing both.
		if err := tx.GetContext(ctx, &stored, `SELECT facts_digest FROM dataset_state FOR UPDATE`); err != nil {
			return wrapSQL(err, "read the digest of the facts")
		}
		if stored == digest {
			return nil
		}
		written = true
		if err := writeFacts(ctx, tx, facts); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE dataset_state SET facts_digest = $1`, digest)
		return wrapSQL(err, "store the digest of the facts")
	})
	return written, err
}

func writeFacts(ctx context.Context, tx *sqlx.Tx, f *sentra.Facts) error {
	// What nothing imported refers to is written anew.
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM clusters WHERE built_in; DELETE FROM designations WHERE built_in;
		DELETE FROM designation_coverage; DELETE FROM events; DELETE FROM programme;
		DELETE FROM successions; DELETE FROM memberships; DELETE FROM region_codes WHERE built_in`); err != nil {
		return wrapSQL(err, "clear older facts")
	}
	cited := citations{}
	var regions, codes, memberships, successions, coverage, phases, products, grounds, events []row
	for _, r := range f.Regions {
		regions = append(regions, row{"code": r.Code, "kind": r.Kind, "name": r.Name, "lon": r.Point.Lon(), "lat": r.Point.Lat(),
			"west": r.Box.Min.Lon(), "south": r.Box.Min.Lat(), "east": r.Box.Max.Lon(), "north": r.Box.Max.Lat(),
			"valid_from": dateCell(r.Validity.From), "valid_to": dateCell(r.Validity.To), "citation_id": cited.cite(r.Sources)})
	}
	for _, c := range f.Codes {
		codes = append(codes, row{"region_code": c.Region, "system": c.System, "value": c.Value,
			"valid_from": dateCell(c.Validity.From), "valid_to": dateCell(c.Validity.To), "citation_id": cited.cite(c.Sources), "built_in": true})
	}
	for _, m := range f.Memberships {
		memberships = append(memberships, row{"region_code": m.Region, "province_code": m.Province, "law": m.Law,
			"valid_from": dateCell(m.Validity.From), "valid_to": dateCell(m.Validity.To), "citation_id": cited.cite(m.Sources)})
	}
	for _, x := range f.Successions {
		successions = append(successions, row{"predecessor": x.Predecessor, "successor": x.Successor, "date": x.Date.String(), "law": x.Law, "citation_id": cited.cite(x.Sources)})
	}
	for _, c := range f.Coverage {
		kinds := make([]string, len(c.RegionKinds))
		for i, kind := range c.RegionKinds {
			kinds[i] = string(kind)
		}
		r := row{"kind": c.Kind, "region_kinds": strings.Join(kinds, " "), "extent": c.Extent, "valid_to": dateCell(c.To), "regulation": c.Regulation,
			"confidence": c.Confidence, "note": c.Note, "citation_id": cited.cite(c.Sources)}
		if c.Province != "" {
			r["province_code"] = c.Province
		}
		if c.From != nil {
			r["valid_from"], r["precision"] = c.From.First.String(), c.From.Precision
		}
		coverage = append(coverage, r)
	}
	for _, p := range f.Phases {
		r := row{"key": p.Key, "starts": p.From.String(), "citation_id": cited.cite(p.Sources)}
		if p.To != nil {
			r["ends"] = p.To.String()
		}
		phases = append(phases, r)
	}
	for _, p := range f.Products {
		products = append(products, row{"key": p.Key, "name_en": p.NameEN, "name_id": p.NameID, "citation_id": cited.cite(p.Sources)})
	}
	for i, g := range f.Programme.Grounds {
		grounds = append(grounds, row{"kind": g.Kind, "position": i, "elements": g.Elements, "citation_id": cited.cite(g.Sources)})
	}
	for _, e := range f.Events {
		events = append(events, row{"region_code": e.Region, "kind": e.Kind, "date": e.Date.String(), "place": e.Place,
			"with_whom": e.With, "what": e.What, "value": e.Value, "note": e.Note, "citation_id": cited.cite(e.Sources)})
	}
	programme := []row{{"details": f.Programme, "citation_id": cited.cite(f.Programme.Sources)}}
	for _, c := range f.Clusters {
		cited.cite(c.Sources)
	}
	for _, d := range f.Designations {
		cited.cite(d.Sources)
	}
	if err := cited.write(ctx, tx, f.Sources); err != nil {
		return err
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    []row
		tail    string
	}{
		{"regions", []string{"code text", "kind text", "name text", "lon float8", "lat float8", "west float8", "south float8", "east float8", "north float8", "valid_from date", "valid_to date", "citation_id text"}, regions,
			`ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, name = excluded.name, lon = excluded.lon, lat = excluded.lat,
			 west = excluded.west, south = excluded.south, east = excluded.east, north = excluded.north,
			 valid_from = excluded.valid_from, valid_to = excluded.valid_to, citation_id = excluded.citation_id`},
		{"region_codes", codeColumns, codes, ""},
		{"memberships", []string{"region_code text", "province_code text", "valid_from date", "valid_to date", "law text", "citation_id text"}, memberships, ""},
		{"successions", []string{"predecessor text", "successor text", "date date", "law text", "citation_id text"}, successions, ""},
		{"designation_coverage", []string{"kind text", "province_code text", "region_kinds text", "extent text", "valid_from date", "precision text", "valid_to date", "regulation text", "confidence text", "note text", "citation_id text"}, coverage, ""},
		{"phases", []string{"key text", "starts text", "ends text", "citation_id text"}, phases,
			`ON CONFLICT (key) DO UPDATE SET starts = excluded.starts, ends = excluded.ends, citation_id = excluded.citation_id`},
		{"products", []string{"key text", "name_en text", "name_id text", "citation_id text"}, products,
			`ON CONFLICT (key) DO UPDATE SET name_en = excluded.name_en, name_id = excluded.name_id, citation_id = excluded.citation_id`},
		{"selection_grounds", []string{"kind text", "position int", "elements text[]", "citation_id text"}, grounds,
			`ON CONFLICT (kind) DO UPDATE SET position = excluded.position, elements = excluded.elements, citation_id = excluded.citation_id`},
		{"events", []string{"region_code text", "kind text", "date text", "place text", "with_whom text", "what text", "value int", "note text", "citation_id text"}, events, ""},
		{"programme", []string{"details jsonb", "citation_id text"}, programme, ""},
	} {
		if err := insert(ctx, tx, table.name, table.columns, table.rows, table.tail); err != nil {
			return err
		}
	}
	if err := writeDesignations(ctx, tx, f.Designations, true); err != nil {
		return err
	}
	return writeClusters(ctx, tx, f.Clusters, true)
}

var codeColumns = []string{"region_code text", "system text", "value text", "valid_from date", "valid_to date", "citation_id text", "built_in boolean"}

func writeDesignations(ctx context.Context, tx *sqlx.Tx, designations []sentra.Designation, builtIn bool) error {
	cited := citations{}
	var rows []row
	for _, d := range designations {
		countries := d.Countries
		if countries == nil {
			countries = []string{}
		}
		rows = append(rows, row{"id": d.ID, "region_code": d.Region, "kind": d.Kind, "regulation": d.Regulation,
			"valid_from": d.From.First.String(), "precision": d.From.Precision, "valid_to": dateCell(d.To),
			"confidence": d.Confidence, "countries": countries, "citation_id": cited.cite(d.Sources), "built_in": builtIn})
	}
	// A row that says what is stored already is left alone, so that a second
	// import of the same file changes nothing, not even the version.
	return insert(ctx, tx, "designations", []string{"id text", "region_code text", "kind text", "regulation text", "valid_from date", "precision text",
		"valid_to date", "confidence text", "countries text[]", "citation_id text", "built_in boolean"}, rows,
		`ON CONFLICT (id) DO UPDATE SET valid_from = excluded.valid_from, precision = excluded.precision, valid_to = excluded.valid_to,
		 confidence = excluded.confidence, countries = excluded.countries, citation_id = excluded.citation_id, built_in = excluded.built_in
		 WHERE NOT excluded.built_in AND (designations.valid_from, designations.precision, designations.valid_to, designations.confidence, designations.countries, designations.citation_id)
		 IS DISTINCT FROM (excluded.valid_from, excluded.precision, excluded.valid_to, excluded.confidence, excluded.countries, excluded.citation_id)`)
}

func writeClusters(ctx context.Context, tx *sqlx.Tx, clusters []sentra.Cluster, builtIn bool) error {
	cited := citations{}
	var rows, regions, products, phases, grounds []row
	var keys []string
	for _, c := range clusters {
		place, err := point(c.Point)
		if err != nil {
			return fmt.Errorf("cluster %s: %w", c.Key, err)
		}
		keys = append(keys, c.Key)
		rows = append(rows, row{"key": c.Key, "name_en": c.NameEN, "name_id": c.NameID, "region_note": c.RegionNote,
			"province_named": c.ProvinceNamed, "point": place, "precision": c.Precision, "initial_target": c.InitialTarget,
			"citation_id": cited.cite(c.Sources), "built_in": builtIn})
		for i, code := range c.Regions {
			regions = append(regions, row{"cluster_key": c.Key, "position": i, "region_code": code})
		}
		for i, key := range c.Products {
			products = append(products, row{"cluster_key": c.Key, "position": i, "product_key": key})
		}
		for i, key := range c.Phases {
			phases = append(phases, row{"cluster_key": c.Key, "position": i, "phase_key": key})
		}
		for _, g := range c.Grounds {
			grounds = append(grounds, row{"cluster_key": c.Key, "kind": g.Kind, "met": g.Met, "citation_id": cited.cite(g.Sources)})
		}
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    []row
		tail    string
	}{
		{"clusters", []string{"key text", "name_en text", "name_id text", "region_note text", "province_named text", "point bytea", "precision text", "initial_target boolean", "citation_id text", "built_in boolean"}, rows,
			`ON CONFLICT (key) DO UPDATE SET name_en = excluded.name_en, name_id = excluded.name_id, region_note = excluded.region_note,
			 province_named = excluded.province_named, point = excluded.point, precision = excluded.precision, initial_target = excluded.initial_target,
			 citation_id = excluded.citation_id, built_in = excluded.built_in
			 WHERE NOT excluded.built_in AND (clusters.name_en, clusters.name_id, clusters.region_note, clusters.province_named, clusters.point, clusters.precision, clusters.initial_target, clusters.citation_id)
			 IS DISTINCT FROM (excluded.name_en, excluded.name_id, excluded.region_note, excluded.province_named, excluded.point, excluded.precision, excluded.initial_target, excluded.citation_id)`},
		{"cluster_regions", []string{"cluster_key text", "position int", "region_code text"}, regions, `ON CONFLICT DO NOTHING`},
		{"cluster_products", []string{"cluster_key text", "position int", "product_key text"}, products, `ON CONFLICT DO NOTHING`},
		{"cluster_phases", []string{"cluster_key text", "position int", "phase_key text"}, phases, `ON CONFLICT DO NOTHING`},
		{"cluster_grounds", []string{"cluster_key text", "kind text", "met boolean", "citation_id text"}, grounds, `ON CONFLICT DO NOTHING`},
	} {
		if err := insert(ctx, tx, table.name, table.columns, table.rows, table.tail); err != nil {
			return err
		}
	}
	return nil
}

// ImportDesignations adds or changes designations with the sources they cite:
// all or nothing. A region that does not exist or an overlap with another row
// of the same regulation is a CONFLICT.
func (s *Store) ImportDesignations(ctx context.Context, designations []sentra.Designation, sources []sentra.Source) error {
	return s.inTx(ctx, nil, func(tx *sqlx.Tx) error {
		cited := citations{}
		for _, d := range designations {
			cited.cite(d.Sources)
		}
		if err := cited.write(ctx, tx, sources); err != nil {
			return err
		}
		return writeDesignations(ctx, tx, designations, false)
	})
}

// ImportCodes sets the periods of official codes, each for the region it names,
// with the sources they cite: all or nothing. Rows that say what is stored already
// are left alone. A code that would mean two regions on one day is a CONFLICT.
func (s *Store) ImportCodes(ctx context.Context, codes []sentra.OfficialCode, sources []sentra.Source) error {
	return s.inTx(ctx, nil, func(tx *sqlx.Tx) error {
		cited := citations{}
		var rows []row
		for _, c := range codes {
			rows = append(rows, row{"region_code": c.Region, "system": c.System, "value": c.Value, "valid_from": dateCell(c.Validity.From),
				"valid_to": dateCell(c.Validity.To), "citation_id": cited.cite(c.Sources), "built_in": false})
		}
		if err := cited.write(ctx, tx, sources); err != nil {
			return err
		}
		data, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("encode official codes: %w", err)
		}
		given := fmt.Sprintf(`jsonb_to_recordset($1::jsonb) AS given(%s)`, strings.Join(codeColumns, ", "))
		const same = `(given.region_code, given.system, given.value) = (stored.region_code, stored.system, stored.value)`
		const equal = same + ` AND (given.valid_from, given.valid_to) IS NOT DISTINCT FROM (stored.valid_from, stored.valid_to)`
		if _, err := tx.ExecContext(ctx, `DELETE FROM region_codes AS stored WHERE NOT built_in
			AND EXISTS (SELECT FROM `+given+` WHERE `+same+`)
			AND NOT EXISTS (SELECT FROM `+given+` WHERE `+equal+` AND given.citation_id = stored.citation_id)`, string(data)); err != nil {
			return wrapSQL(err, "clear older official codes")
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO region_codes (region_code, system, value, valid_from, valid_to, citation_id, built_in)
			SELECT region_code, system, value, valid_from, valid_to, citation_id, built_in FROM `+given+`
			WHERE NOT EXISTS (SELECT FROM region_codes AS stored WHERE `+equal+`)`, string(data))
		return wrapSQL(err, "write official codes")
	})
}

// ImportClusters adds or changes clusters, with the products and sources they
// name: all or nothing.
func (s *Store) ImportClusters(ctx context.Context, clusters []sentra.Cluster, products []sentra.Product, sources []sentra.Source) error {
	return s.inTx(ctx, nil, func(tx *sqlx.Tx) error {
		cited := citations{}
		var rows []row
		for _, p := range products {
			rows = append(rows, row{"key": p.Key, "name_en": p.NameEN, "name_id": p.NameID, "citation_id": cited.cite(p.Sources)})
		}
		for _, c := range clusters {
			cited.cite(c.Sources)
		}
		if err := cited.write(ctx, tx, sources); err != nil {
			return err
		}
		if err := insert(ctx, tx, "products", []string{"key text", "name_en text", "name_id text", "citation_id text"}, rows, `ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		return writeClusters(ctx, tx, clusters, false)
	})
}

// ReplaceBoundaries sets the boundaries of the regions named in the list, for
// all time, and leaves those of others: all or nothing. Boundaries equal to the
// stored ones are not written; it gives the number of those that were.
func (s *Store) ReplaceBoundaries(ctx context.Context, boundaries []sentra.Boundary, sources []sentra.Source, progress func(done int)) (changed int, err error) {
	err = s.inTx(ctx, nil, func(tx *sqlx.Tx) error {
		cited := citations{}
		for _, b := range boundaries {
			cited.cite([]sentra.SourceID{b.Source})
		}
		if err := cited.write(ctx, tx, sources); err != nil {
			return err
		}
		// The kept rows of each region, so that an older period that is no more goes.
		periods := make(map[sentra.RegionCode][]string)
		for _, b := range boundaries {
			periods[b.Region] = append(periods[b.Region], b.Validity.From.String())
		}
		for code, starts := range periods {
			if _, err := tx.ExecContext(ctx, `DELETE FROM boundaries WHERE region_code = $1 AND NOT valid_from = ANY ($2::date[])`,
				code, "{"+strings.Join(starts, ",")+"}"); err != nil {
				return wrapSQL(err, "clear older boundaries")
			}
		}
		for i, b := range boundaries {
			result, err := tx.ExecContext(ctx, `
				INSERT INTO boundaries (region_code, valid_from, valid_to, shape, origin, citation_id)
				VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (region_code, valid_from) DO UPDATE
				SET valid_to = excluded.valid_to, shape = excluded.shape, origin = excluded.origin, citation_id = excluded.citation_id
				WHERE (boundaries.valid_to, boundaries.shape, boundaries.origin, boundaries.citation_id)
				   IS DISTINCT FROM (excluded.valid_to, excluded.shape, excluded.origin, excluded.citation_id)`,
				b.Region, b.Validity.From, b.Validity.To, ewkb.Value(b.Shape, wgs84), b.Origin, cited.cite([]sentra.SourceID{b.Source}))
			if err != nil {
				return wrapSQL(err, fmt.Sprintf("write the boundary of %s", b.Region))
			}
			count, err := result.RowsAffected()
			if err != nil {
				return wrapSQL(err, "count the boundaries written")
			}
			changed += int(count)
			if progress != nil {
				progress(i + 1)
			}
		}
		return nil
	})
	return changed, err
}
