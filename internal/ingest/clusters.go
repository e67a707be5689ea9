package ingest

import (
	"context"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// keyForm is the pattern of cluster keys, which are used in URLs and file names.
var keyForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:~-]{0,199}$`)

// clusterTable is the content of a file of clusters.
type clusterTable struct {
	// clusters are those to put. A row that agrees with the stored cluster is only a
	// pointer to it, so that importing a million rows again does not hold them twice.
	clusters []sentra.Cluster
	same     []*sentra.Cluster
	// kept has, for each of clusters, the parts that its row does not contain.
	kept     []keptOfCluster
	rows     []clusterRow
	products []sentra.Product
	// several are the products that have other names in the record or in other rows, and
	// keep them.
	several []string
	// corrected are the products that the file renames.
	corrected []string
	sources   []sentra.Source
	// stored are the clusters of the record by key.
	stored map[string]*sentra.Cluster
}

// clusterRow is a valid row.
type clusterRow struct {
	number int32
	// at is the index in clusters or, as -1-at, in same.
	at int32
}

// cluster returns the cluster of a row.
func (t *clusterTable) cluster(row clusterRow) *sentra.Cluster {
	if row.at < 0 {
		return t.same[-1-row.at]
	}
	return &t.clusters[row.at]
}

// clusterReader converts rows to clusters.
type clusterReader struct {
	clusterTable
	places    *places
	citations *citations
	phases    []string
	phaseOf   map[string][]string
	// Product keys by name, the keys of the record and of the file, and a shared list of
	// each.
	productByName map[string]string
	known         map[string]bool
	productOf     map[string][]string
	seen          map[string]int32 // key to row
	dated         map[sentra.SourceID]bool
	keptOfAll     keptOfCluster
	// names are the record's products that the file names in both languages, and renamed
	// those that it names differently.
	names, renamed map[string]sentra.Product
	options        TableOptions
}

func parseClusters(file *inputfile.File, data *sentra.Dataset, options TableOptions) (*clusterTable, *table, error) {
	c := &clusterReader{places: newPlaces(data), citations: newCitations(data), phaseOf: make(map[string][]string), productByName: make(map[string]string),
		known: make(map[string]bool), productOf: make(map[string][]string), seen: make(map[string]int32), options: options,
		clusterTable: clusterTable{stored: make(map[string]*sentra.Cluster, data.Clusters.Len())}, dated: make(map[sentra.SourceID]bool),
		names: make(map[string]sentra.Product), renamed: make(map[string]sentra.Product)}
	for one := range data.Clusters.All {
		c.stored[one.Key] = one
	}
	for i := range data.Sources {
		c.dated[data.Sources[i].ID] = data.Sources[i].Date != nil
	}
	for _, p := range data.Products {
		c.known[p.Key], c.names[p.Key] = true, p
		c.productByName[strings.ToLower(p.NameID)] = p.Key
	}
	for _, p := range data.Phases {
		c.phases = append(c.phases, p.Key)
		c.phaseOf[p.Key] = []string{p.Key}
	}
	t, err := readTable(file, ClusterSchema, options, c.row)
	c.rename()
	c.sources = c.citations.added
	parsed := c.clusterTable // without the maps of the reader, which can be freed
	return &parsed, t, err
}

func (r *clusterReader) row(row *row) {
	var c sentra.Cluster
	t := row.table
	c.NameEN, c.NameID = row.bounded("name_en", maxName), row.bounded("name_id", maxName)
	switch {
	case !t.has("name_en"):
		c.NameEN = c.NameID
	case !t.has("name_id"):
		c.NameID = c.NameEN
	}
	for _, column := range []string{"name_en", "name_id"} {
		if row.text(column) == "" && (t.has(column) || row.geojson && c.NameEN+c.NameID == "") {
			row.need(column, maxName)
		}
	}
	c.Regions = row.regions("regions", r.places)
	c.Products = r.product(row)
	if row.text("phase") != "" {
		c.Phases = r.phaseOf[row.oneOf("phase", r.phases...)]
	}
	r.place(row, &c)
	c.InitialTarget = row.truth("initial_target")
	c.RegionNote, c.ProvinceNamed = row.note(), row.bounded("province_named", maxName)
	row.figures(&c)
	c.Sources = r.citations.of(row)
	kept := r.keptOf(row)
	if c.Key = row.key(&c); c.Key != "" {
		r.complete(row, &c, kept)
		if before, twice := r.seen[c.Key]; twice {
			row.fault("key", "the cluster %s is in the file a second time, first in %s %d", c.Key, row.Unit(), before)
		} else if len(r.seen) < maxRows {
			if before := r.stored[c.Key]; before != nil {
				c.Key = before.Key // shares the string
			}
			r.seen[c.Key] = int32(row.Number)
		}
	}
	if len(r.rows) >= maxRows {
		row.fault("", "the file has more than %d clusters; split it", maxRows)
	}
	if before := r.stored[c.Key]; !row.failed && before != nil && !r.options.DeleteMissing {
		same := c
		if same.ID = before.ID; reflect.DeepEqual(&same, before) {
			r.rows = append(r.rows, clusterRow{int32(row.Number), int32(-1 - len(r.same))})
			r.same = append(r.same, before)
			return
		}
	}
	if !row.failed {
		// Allocate once for all rows, estimated from the share of the file that was read:
		// growing a list of a million rows holds it twice.
		if len(r.clusters) == estimateAfter {
			if share := t.file.Share(); share > 0 {
				r.clusters = slices.Grow(r.clusters, min(maxRows, int(estimateAfter/share*1.02))-estimateAfter)
			}
		}
		r.rows = append(r.rows, clusterRow{int32(row.Number), int32(len(r.clusters))})
		r.clusters, r.kept = append(r.clusters, c), append(r.kept, kept)
	}
}

// keptOfCluster is a set of parts that a row does not contain, so that they stay as
// stored.
type keptOfCluster uint16

const (
	keptNameEN keptOfCluster = 1 << iota
	keptNameID
	keptPhases
	keptStatus
	keptPlace
	keptTarget
	keptNote
	keptProvince
	keptFigures
	keptBegan
	keptConfidence
)

// keptOf returns the parts that a row does not contain; in a table that is the same
// for all rows.
func (r *clusterReader) keptOf(row *row) keptOfCluster {
	if len(r.seen) == 0 || row.geojson {
		r.keptOfAll = 0
		for _, part := range []struct {
			kept    keptOfCluster
			columns []string
		}{
			{keptNameEN, []string{"name_en"}}, {keptNameID, []string{"name_id"}}, {keptPhases, []string{"phase"}}, {keptTarget, []string{"initial_target"}},
			{keptPlace, []string{"lon", "lat", "precision"}}, {keptNote, []string{"region_note", "address", "village", "district"}},
			{keptProvince, []string{"province_named"}}, {keptFigures, []string{"units", "workers"}}, {keptBegan, []string{"first_year"}},
			{keptConfidence, []string{"confidence"}},
		} {
			if !row.says(part.columns...) {
				r.keptOfAll |= part.kept
			}
		}
	}
	kept := r.keptOfAll
	if row.text("status") == "" { // every cluster has one
		kept |= keptStatus
	}
	if row.Point != nil {
		kept &^= keptPlace
	}
	return kept
}

// of copies the kept parts from the stored cluster, and whatever a file of clusters
// has no columns for, with its sources and the readings of those that are cited.
func (k keptOfCluster) of(stored, c *sentra.Cluster) {
	stays := len(stored.Grounds) > 0 || stored.Place != ""
	keep := func(part keptOfCluster, tells bool, take func()) {
		if k&part != 0 {
			stays = stays || tells
			take()
		}
	}
	// A name in one language that was used for both is replaced with it.
	if stored.NameEN != stored.NameID {
		keep(keptNameEN, true, func() { c.NameEN = stored.NameEN })
		keep(keptNameID, true, func() { c.NameID = stored.NameID })
	}
	keep(keptPhases, len(stored.Phases) > 0, func() { c.Phases = stored.Phases })
	keep(keptStatus, false, func() { c.Planned = stored.Planned })
	if stored.Point != nil {
		keep(keptPlace, true, func() { c.Point, c.Precision = stored.Point, stored.Precision })
	}
	// Whether it was a target belongs to its phase.
	if slices.Equal(c.Phases, stored.Phases) {
		keep(keptTarget, stored.InitialTarget != nil, func() { c.InitialTarget = stored.InitialTarget })
	}
	keep(keptNote, stored.RegionNote != "", func() { c.RegionNote = stored.RegionNote })
	keep(keptProvince, stored.ProvinceNamed != "", func() { c.ProvinceNamed = stored.ProvinceNamed })
	keep(keptFigures, stored.Figures != nil, func() { c.Figures = stored.Figures })
	keep(keptBegan, stored.Began != 0, func() { c.Began = stored.Began })
	keep(keptConfidence, false, func() { c.Confidence = stored.Confidence })
	c.Grounds, c.Place = stored.Grounds, stored.Place
	if stays {
		c.Sources = withSources(c.Sources, stored.Sources)
	}
	if c.Readings != nil {
		return
	}
	for _, reading := range stored.Readings {
		if slices.Contains(c.Sources, reading.Source) {
			c.Readings = append(c.Readings, reading)
		}
	}
}

// withSources returns sources followed by the stored ones; if none is new, in their
// order.
func withSources(given, stored []sentra.SourceID) []sentra.SourceID {
	if !slices.ContainsFunc(given, func(id sentra.SourceID) bool { return !slices.Contains(stored, id) }) {
		return stored
	}
	all := slices.Clone(given)
	for _, id := range stored {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// figures reads numbers and their year, the first year, and the confidence.
func (r *row) figures(c *sentra.Cluster) {
	var f sentra.Figures
	for column, into := range map[string]**int{"units": &f.Units, "workers": &f.Workers} {
		if n, given := r.whole(column, 0, 100_000_000); given {
			*into = &n
		}
	}
	if f.Units != nil || f.Workers != nil {
		f.Year, _ = r.whole("year", 1000, 9999)
		c.Figures = &f
	}
	c.Began, _ = r.whole("first_year", 1000, 9999)
	if r.text("confidence") != "" {
		c.Confidence = sentra.Confidence(r.oneOf("confidence", string(sentra.Listed), string(sentra.Inferred), string(sentra.Partial)))
	}
}

// complete adds the parts that the record has and the row does not contain. If
// nothing else says since when a cluster is known, that is the day of the import.
func (r *clusterReader) complete(row *row, c *sentra.Cluster, kept keptOfCluster) {
	if row.text("status") != "" {
		c.Planned = row.oneOf("status", string(sentra.ClusterExisting), string(sentra.ClusterPlanned)) == string(sentra.ClusterPlanned)
	}
	if stored := r.stored[c.Key]; stored != nil {
		kept.of(stored, c)
		if kept&keptPlace != 0 && c.Point != nil {
			if metres := r.places.metresFrom(c.Regions, *c.Point); metres > nearby {
				row.fault("regions", "the record has the cluster at %g, %g (longitude, latitude), %.0f km from %s; add lon and lat, or the precision REGENCY",
					c.Point[0], c.Point[1], metres/1000, list(r.places, c.Regions))
			}
		}
	}
	if c.Planned && len(c.Phases) > 0 {
		row.fault("status", "a cluster of the programme is not only planned")
	}
	if len(c.Phases) == 0 && c.Began == 0 && len(c.Readings) == 0 && len(c.Sources) > 0 && !slices.ContainsFunc(c.Sources, func(id sentra.SourceID) bool { return r.dated[id] }) {
		day := r.options.Today
		c.Readings = []sentra.Reading{{Source: c.Sources[0], Read: "imported from " + row.table.file.Name, On: &day}}
	}
}

// estimateAfter is the number of rows after which the total is estimated.
const estimateAfter = 20_000

// maxRows is the maximum number of rows in a file, about that of a worksheet.
const maxRows = 2_000_000

// key returns the cluster's key, or makes one from its region and name.
func (r *row) key(c *sentra.Cluster) string {
	if r.table.has("key") || r.geojson && r.text("key") != "" {
		text := r.need("key", 200)
		switch {
		case text == "":
		case r.cell("key").Kind == tablefile.Date:
			r.fault("key", "a spreadsheet has turned the key into the date %s; write it as text", text)
		case !keyForm.MatchString(text):
			r.fault("key", "%s is not a key; a key has up to 200 letters a-z, digits and . _ : ~ -, and begins with a letter or digit", tablefile.Quote(text))
		default:
			return text
		}
		return ""
	}
	if len(c.Regions) == 0 || c.NameID == "" {
		return ""
	}
	slug := sentra.Slug(c.NameID)
	if slug == "" {
		r.fault("name_id", "%s has no letter a-z or digit to make a key of; add a column key", tablefile.Quote(c.NameID))
		return ""
	}
	return string(c.Regions[0]) + "-" + slug[:min(len(slug), 190)]
}

// product returns the product of a row by its English name, or by its Indonesian one
// if the file has no other.
func (r *clusterReader) product(row *row) []string {
	t := row.table
	english, indonesian := row.bounded("product_en", maxName), row.bounded("product_id", maxName)
	column := "product_en"
	switch {
	case !t.has("product_id"):
		indonesian = english
	case !t.has("product_en"):
		column, english = "product_id", indonesian
		if key, known := r.productByName[strings.ToLower(indonesian)]; known {
			return r.shared(key)
		}
	}
	if english == "" || indonesian == "" {
		for _, c := range []string{"product_en", "product_id"} {
			if t.has(c) || row.geojson {
				row.need(c, maxName)
			}
		}
		return nil
	}
	key := sentra.Slug(english)
	if key == "" || len(key) > 200 {
		row.fault(column, "no product key can be made from %s; it needs a letter a-z or digit", tablefile.Quote(english))
		return nil
	}
	switch given := (sentra.Product{Key: key, NameEN: english, NameID: indonesian}); {
	case row.failed:
	case !r.known[key]:
		given.Sources = r.citations.of(row)
		r.known[key], r.names[key], r.renamed[key] = true, given, given
		r.productByName[strings.ToLower(indonesian)] = key
		r.products = append(r.products, given)
	case row.says("product_en") && row.says("product_id"):
		r.callProduct(given)
	}
	return r.shared(key)
}

// callProduct records the names that a row has for a known product.
func (r *clusterReader) callProduct(given sentra.Product) {
	before, again := r.renamed[given.Key]
	switch {
	case again && !sameNames(before, given):
		if !slices.Contains(r.several, given.Key) {
			r.several = append(r.several, given.Key)
		}
	case !again:
		stored := r.names[given.Key]
		given.Sources = stored.Sources
		r.renamed[given.Key] = given
	}
}

// sameNames reports whether two products have the same names, ignoring case.
func sameNames(x, y sentra.Product) bool {
	return strings.EqualFold(x.NameEN, y.NameEN) && strings.EqualFold(x.NameID, y.NameID)
}

// rename corrects the names of products that only clusters of the file make; other
// products keep theirs.
func (r *clusterReader) rename() {
	others := make(map[string]bool)
	for key, c := range r.stored {
		if _, given := r.seen[key]; !given {
			for _, product := range c.Products {
				others[product] = true
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.renamed)) {
		given, stored := r.renamed[key], r.names[key]
		switch {
		case given.NameEN == stored.NameEN && given.NameID == stored.NameID || slices.Contains(r.several, key):
		case others[key] && sameNames(given, stored):
		case others[key]:
			r.several = append(r.several, key)
		default:
			r.products = append(r.products, given)
			r.corrected = append(r.corrected, key)
		}
	}
}

func (r *clusterReader) shared(key string) []string {
	if r.productOf[key] == nil {
		r.productOf[key] = []string{key}
	}
	return r.productOf[key]
}

// place reads the location of the cluster and its precision.
func (r *clusterReader) place(row *row, c *sentra.Cluster) {
	given := row.text("lon") != "" || row.text("lat") != "" || row.Point != nil
	precision := sentra.LocationPrecision("")
	if row.table.has("precision") || row.geojson && row.text("precision") != "" {
		precision = sentra.LocationPrecision(row.oneOf("precision", string(sentra.PrecisionPoint), string(sentra.PrecisionRegency), string(sentra.PrecisionProvince)))
	} else if given {
		precision = sentra.PrecisionPoint
	} else if len(c.Regions) > 0 && !slices.ContainsFunc(c.Regions, func(code sentra.RegionCode) bool { return code.Level() == sentra.LevelRegency }) {
		precision = sentra.PrecisionProvince
	} else {
		precision = sentra.PrecisionRegency
	}
	c.Precision = precision
	switch {
	case precision != sentra.PrecisionPoint && given:
		row.fault("precision", "a place is given, but the precision is %s and not POINT", tablefile.Quote(string(precision)))
	case precision == sentra.PrecisionPoint:
		var point orb.Point
		ok := true
		if row.Point != nil {
			point = *row.Point
			for axis, column := range []string{"lon", "lat"} {
				if row.text(column) == "" {
					continue
				}
				if value, read := row.degrees(column); read && value != point[axis] {
					row.fault(column, "the property says %v and the geometry %v; give one of them", value, point[axis])
				}
			}
		} else {
			for axis, column := range []string{"lon", "lat"} {
				var read bool
				point[axis], read = row.degrees(column)
				ok = ok && read
			}
		}
		if ok {
			row.checkPlace(r.places, c.Regions, point)
			c.Point = &point
		}
	}
}

// truth reads a truth value, nil for an empty cell.
func (r *row) truth(column string) *bool {
	yes, no := true, false
	switch text := strings.ToLower(r.text(column)); text {
	case "":
	case "true", "ya", "yes", "1":
		return &yes
	case "false", "tidak", "no", "0":
		return &no
	default:
		r.fault(column, "%s is neither true nor false", tablefile.Quote(text))
	}
	return nil
}

// note returns what the file says about the location beyond the region.
func (r *row) note() string {
	note := r.bounded("region_note", maxText)
	parts := []string{note, r.bounded("address", maxText)}
	for _, part := range []struct{ column, word string }{{"village", "Desa "}, {"district", "Kec. "}} {
		if text := r.bounded(part.column, maxName); text != "" {
			if first, _, _ := strings.Cut(strings.ToLower(text), " "); !slices.Contains([]string{"desa", "kelurahan", "kel.", "kel", "kecamatan", "kec.", "kec", "distrik", "kampung", "nagari", "gampong"}, first) {
				text = part.word + text
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// importClusters adds or changes clusters.
func importClusters(ctx context.Context, record Record, file *inputfile.File, data *sentra.Dataset, options TableOptions) (*Report, error) {
	parsed, t, err := parseClusters(file, data, options)
	if err != nil {
		return nil, err
	}
	report := newReport(file, t)
	report.rows = len(parsed.rows)
	report.row = func(i int) ReportRow {
		c := parsed.cluster(parsed.rows[i])
		row := ReportRow{Row: int(parsed.rows[i].number), Key: c.Key, Action: New}
		if before := parsed.stored[c.Key]; before != nil {
			row.compare(clusterFields(before), clusterFields(c))
		}
		return row
	}
	var added []string
	for _, p := range parsed.products {
		if !slices.Contains(parsed.corrected, p.Key) {
			added = append(added, p.Key)
		}
	}
	if len(added) > 0 {
		report.note("%s: %s", counted(len(added), "new product"), cut(added, 20))
	}
	if len(parsed.corrected) > 0 {
		report.note("%s: %s", counted(len(parsed.corrected), "renamed product"), cut(parsed.corrected, 20))
	}
	if len(parsed.several) > 0 {
		report.note("products that other rows or clusters call otherwise, and so keep their names: %s", cut(parsed.several, 20))
	}
	complete := func(i int, stored *sentra.Cluster) { parsed.kept[i].of(stored, &parsed.clusters[i]) }
	return report.finish(ctx, record, sentra.KindOfCluster, register.Put(parsed.sources...), register.Put(parsed.products...), register.Complete(parsed.clusters, complete))
}

// clusterFields are what an import sets of a cluster.
func clusterFields(c *sentra.Cluster) []field {
	point, target := "", ""
	if c.Point != nil {
		point = decimals(c.Point[0]) + ", " + decimals(c.Point[1])
	}
	if c.InitialTarget != nil {
		target = map[bool]string{true: "true", false: "false"}[*c.InitialTarget]
	}
	return []field{{"name_en", c.NameEN}, {"name_id", c.NameID}, {"product", strings.Join(c.Products, ";")}, {"phase", strings.Join(c.Phases, ";")},
		{"regions", join(c.Regions)}, {"lon, lat", point}, {"precision", string(c.Precision)}, {"initial_target", target},
		{"region_note", c.RegionNote}, {"province_named", c.ProvinceNamed}, {"status", string(c.Status())}, {"first_year", yearText(c.Began)},
		{"units, workers", figuresText(c.Figures)}, {"confidence", string(c.Confidence)}, {"source", join(c.Sources)}}
}
