package ingest

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// DesignationColumns is the header of a file of designations. valid_from is
// YYYY, YYYY-MM or YYYY-MM-DD; neighbour holds ISO 3166-1 codes parted by
// spaces; source holds titles or addresses parted by semicolons.
var DesignationColumns = []string{"region_code", "kind", "regulation", "valid_from", "valid_to", "confidence", "neighbour", "source"}

// ClusterColumns is the header of a file of clusters. regions holds codes parted
// by semicolons; lon and lat (degrees) are both given for precision POINT, both
// empty else. In GeoJSON the place is the feature's Point geometry.
var ClusterColumns = []string{"key", "name_en", "name_id", "product_en", "product_id", "phase", "regions", "lon", "lat",
	"precision", "initial_target", "region_note", "province_named", "source"}

// tableRow is one row, whichever form the file has.
type tableRow struct {
	cells map[string]string
	place func(column string) string
}

func (r tableRow) fault(column, format string, args ...any) error {
	return at(r.place(column), column, format, args...)
}

func (r tableRow) need(column string) (string, error) {
	if r.cells[column] == "" {
		return "", r.fault(column, "a value is missing")
	}
	return r.cells[column], nil
}

func (r tableRow) oneOf(column string, allowed ...string) (string, error) {
	if value := r.cells[column]; slices.Contains(allowed, value) {
		return value, nil
	}
	return "", r.fault(column, "%.40q is none of %s", r.cells[column], strings.Join(allowed, ", "))
}

// readTable reads CSV, or GeoJSON whose properties are the columns.
func readTable(data []byte, name string, columns []string) ([]tableRow, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		return readFeatures(trimmed, name, columns)
	}
	reader := csv.NewReader(bytes.NewReader(data))
	header, err := reader.Read()
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "%s: the header cannot be read; it must name %s", name, strings.Join(columns, ","))
	}
	for i, column := range header {
		if !slices.Contains(columns, column) {
			return nil, at(fmt.Sprintf("%s, line 1, column %d", name, i+1), column, "there is no such column; the columns are %s", strings.Join(columns, ","))
		}
	}
	var rows []tableRow
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			var fault *csv.ParseError
			if errors.As(err, &fault) {
				return nil, sentra.Wrap(sentra.CodeBadUserInput, fault.Err, "%s, line %d, column %d: this is not CSV", name, fault.Line, fault.Column)
			}
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		line, _ := reader.FieldPos(0)
		positions := make(map[string]int)
		row := tableRow{cells: make(map[string]string)}
		for i, cell := range record {
			row.cells[header[i]] = strings.TrimSpace(cell)
			_, positions[header[i]] = reader.FieldPos(i)
		}
		row.place = func(column string) string {
			return fmt.Sprintf("%s, line %d, column %d", name, line, positions[column])
		}
		rows = append(rows, row)
	}
}

func readFeatures(data []byte, name string, columns []string) ([]tableRow, error) {
	collection, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "%s is not a GeoJSON FeatureCollection", name)
	}
	var rows []tableRow
	for i, feature := range collection.Features {
		row := tableRow{cells: make(map[string]string), place: func(string) string { return fmt.Sprintf("%s, feature %d", name, i+1) }}
		for key, value := range feature.Properties {
			if !slices.Contains(columns, key) {
				return nil, row.fault(key, "there is no such property; the properties are %s", strings.Join(columns, ","))
			}
			if value != nil {
				row.cells[key] = strings.TrimSpace(fmt.Sprint(value))
			}
		}
		if point, ok := feature.Geometry.(orb.Point); ok {
			row.cells["lon"] = strconv.FormatFloat(point.Lon(), 'g', -1, 64)
			row.cells["lat"] = strconv.FormatFloat(point.Lat(), 'g', -1, 64)
		} else if feature.Geometry != nil {
			return nil, row.fault("geometry", "a %s is no place of a cluster; give a Point or null", feature.Geometry.GeoJSONType())
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// cited gives the sources of a cell, and adds to sources those that are new.
func (r tableRow) cited(known *sentra.Bibliography, sources *[]sentra.Source) ([]sentra.SourceID, error) {
	cell, err := r.need("source")
	if err != nil {
		return nil, err
	}
	ids, added := known.Cite(cell)
	if len(ids) == 0 {
		return nil, r.fault("source", "a source is missing")
	}
	*sources = append(*sources, added...)
	return ids, nil
}

// openTable reads the rows of a file and the record that they are to fit into.
func openTable(ctx context.Context, record Record, data []byte, name string, columns []string) ([]tableRow, *sentra.Dataset, error) {
	rows, err := readTable(data, name, columns)
	if err != nil {
		return nil, nil, err
	}
	dataset, err := record.LoadWithoutShapes(ctx)
	return rows, dataset, err
}

// knownRegions gives the codes of the record.
func knownRegions(dataset *sentra.Dataset) map[sentra.RegionCode]bool {
	known := make(map[sentra.RegionCode]bool)
	for _, r := range dataset.Regions {
		known[r.Code] = true
	}
	return known
}

// Designations imports a file of designations (CSV or GeoJSON), all or nothing,
// and gives their number. Errors name line and column.
func Designations(ctx context.Context, record Record, data []byte, name string) (int, error) {
	rows, dataset, err := openTable(ctx, record, data, name, DesignationColumns)
	if err != nil {
		return 0, err
	}
	regions, knownSources := knownRegions(dataset), sentra.NewBibliography(dataset.Sources)
	var sources []sentra.Source
	var designations []sentra.Designation
	seen := make(map[string]bool)
	for _, row := range rows {
		d, err := designation(row, regions)
		if err != nil {
			return 0, err
		}
		if d.Sources, err = row.cited(knownSources, &sources); err != nil {
			return 0, err
		}
		if seen[d.ID] {
			return 0, row.fault("region_code", "%s by %s stands in the file a second time", d.Region, d.Regulation)
		}
		seen[d.ID] = true
		designations = append(designations, d)
	}
	_, err = record.Apply(ctx, register.Put(sources...), register.Put(designations...))
	return len(designations), err
}

func designation(row tableRow, regions map[sentra.RegionCode]bool) (sentra.Designation, error) {
	var d sentra.Designation
	code, err := sentra.ParseRegionCode(row.cells["region_code"])
	if err != nil {
		return d, sentra.In(row.place("region_code"), err)
	}
	if !regions[code] {
		return d, row.fault("region_code", "no region has the code %s", code)
	}
	kind, err := row.oneOf("kind", string(sentra.Disadvantaged), string(sentra.Border))
	if err != nil {
		return d, err
	}
	confidence, err := row.oneOf("confidence", string(sentra.Listed), string(sentra.Inferred), string(sentra.Partial))
	if err != nil {
		return d, err
	}
	regulation, err := row.need("regulation")
	if err != nil {
		return d, err
	}
	from, err := sentra.ParsePartialDate(row.cells["valid_from"])
	if err != nil {
		return d, sentra.In(row.place("valid_from"), err)
	}
	d = sentra.Designation{ID: sentra.DesignationID(string(code), kind, regulation), Region: code, Kind: sentra.DesignationKind(kind),
		Regulation: regulation, From: from, Confidence: sentra.Confidence(confidence), Countries: strings.Fields(row.cells["neighbour"])}
	if text := row.cells["valid_to"]; text != "" {
		to, err := sentra.ParseDate(text)
		if err != nil {
			return d, sentra.In(row.place("valid_to"), err)
		}
		if to < from.First {
			return d, row.fault("valid_to", "%s lies before valid_from, %s", to, from)
		}
		d.To = &to
	}
	return d, nil
}

// Clusters imports a file of clusters (CSV or GeoJSON), all or nothing, and
// gives their number. Errors name line and column.
func Clusters(ctx context.Context, record Record, data []byte, name string) (int, error) {
	rows, dataset, err := openTable(ctx, record, data, name, ClusterColumns)
	if err != nil {
		return 0, err
	}
	regions, knownSources := knownRegions(dataset), sentra.NewBibliography(dataset.Sources)
	products := make(map[string]bool)
	for _, p := range dataset.Products {
		products[p.Key] = true
	}
	phases := make([]string, len(dataset.Phases))
	for i, p := range dataset.Phases {
		phases[i] = p.Key
	}
	var sources []sentra.Source
	var clusters []sentra.Cluster
	var newProducts []sentra.Product
	seen := make(map[string]bool)
	for _, row := range rows {
		c, product, err := cluster(row, regions, phases)
		if err != nil {
			return 0, err
		}
		if c.Sources, err = row.cited(knownSources, &sources); err != nil {
			return 0, err
		}
		if seen[c.Key] {
			return 0, row.fault("key", "the cluster %s stands in the file a second time", c.Key)
		}
		seen[c.Key] = true
		if !products[product.Key] {
			products[product.Key] = true
			product.Sources = c.Sources
			newProducts = append(newProducts, product)
		}
		clusters = append(clusters, c)
	}
	_, err = record.Apply(ctx, register.Put(sources...), register.Put(newProducts...), register.Put(clusters...))
	return len(clusters), err
}

func cluster(row tableRow, regions map[sentra.RegionCode]bool, phases []string) (c sentra.Cluster, product sentra.Product, err error) {
	for column, into := range map[string]*string{"key": &c.Key, "name_en": &c.NameEN, "name_id": &c.NameID, "product_en": &product.NameEN, "product_id": &product.NameID} {
		if *into, err = row.need(column); err != nil {
			return c, product, err
		}
	}
	if product.Key = sentra.Slug(product.NameEN); product.Key == "" {
		return c, product, row.fault("product_en", "%.40q has no letter or digit", product.NameEN)
	}
	c.Products = []string{product.Key}
	phase, err := row.oneOf("phase", phases...)
	if err != nil {
		return c, product, err
	}
	c.Phases = []string{phase}
	for text := range strings.SplitSeq(row.cells["regions"], ";") {
		code, err := sentra.ParseRegionCode(strings.TrimSpace(text))
		if err != nil {
			return c, product, sentra.In(row.place("regions"), err)
		}
		if !regions[code] {
			return c, product, row.fault("regions", "no region has the code %s", code)
		}
		if slices.Contains(c.Regions, code) {
			return c, product, row.fault("regions", "%s is named twice", code)
		}
		c.Regions = append(c.Regions, code)
	}
	precision, err := row.oneOf("precision", string(sentra.PrecisionPoint), string(sentra.PrecisionRegency), string(sentra.PrecisionProvince))
	if err != nil {
		return c, product, err
	}
	c.Precision = sentra.LocationPrecision(precision)
	if c.Precision == sentra.PrecisionPoint {
		var p orb.Point
		for axis, column := range []string{"lon", "lat"} {
			if p[axis], err = strconv.ParseFloat(row.cells[column], 64); err != nil {
				return c, product, row.fault(column, "%.40q is not a number of degrees", row.cells[column])
			}
		}
		if err := geo.CheckPoint(p); err != nil {
			return c, product, sentra.In(row.place("lon"), err)
		}
		c.Point = &p
	} else if row.cells["lon"] != "" || row.cells["lat"] != "" {
		return c, product, row.fault("precision", "a place is given, but the precision is %s and not POINT", precision)
	}
	if text := row.cells["initial_target"]; text != "" {
		target, err := strconv.ParseBool(text)
		if err != nil {
			return c, product, row.fault("initial_target", "%.40q is neither true nor false", text)
		}
		c.InitialTarget = &target
	}
	c.RegionNote, c.ProvinceNamed = row.cells["region_note"], row.cells["province_named"]
	return c, product, nil
}
