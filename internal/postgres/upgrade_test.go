package postgres_test

import (
	_ "embed"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/paulmach/orb"
	"github.com/pressly/goose/v3"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/migrations"
)

//go:embed testdata/schema2.sql
var schema2 string

// A record of schema 2 is migrated completely: the facts of programs as one change,
// the imports of agencies as another.
func TestUpgradeFromSchema2(t *testing.T) {
	url, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// A server whose DateStyle is not ISO gives the same result.
	var name string
	if err := db.Get(&name, `SELECT current_database()`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`ALTER DATABASE ` + name + ` SET datestyle = 'SQL, DMY'`); err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`SET datestyle = 'ISO'; ` + schema2); err != nil {
		t.Fatal(err)
	}
	store := open(t, url)
	if _, err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	day := func(text string) *sentra.Date { d := sentra.MustDate(text); return &d }
	partial := func(text string) sentra.PartialDate {
		d, err := sentra.ParsePartialDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	partialTo := func(text string) *sentra.PartialDate { d := partial(text); return &d }
	twelve, yes, no := 12, true, false
	wilayah, perpres, jica, agency := []sentra.SourceID{"wilayah-boundaries"}, []sentra.SourceID{"perpres"}, []sentra.SourceID{"jica"}, []sentra.SourceID{"cited-agency"}
	shape := orb.MultiPolygon{{{{135, -4}, {136, -4}, {136, -3}, {135, -4}}}}
	digest, _, err := register.EncodeShape(shape)
	if err != nil {
		t.Fatal(err)
	}
	want := &sentra.Dataset{Facts: sentra.Facts{
		Sources: []sentra.Source{
			{ID: "jica", Title: "JICA", Publisher: "JICA", Date: partialTo("2017-10-19")},
			{ID: "perpres", Title: `Perpres "63"/2020`, Date: partialTo("2020-04")},
			{ID: "cited-agency", Title: "agency's own list"},
			{ID: "wilayah-boundaries", Title: "wilayah_boundaries", Publisher: "cahyadsn", Date: partialTo("2025"), URL: "https://github.com/cahyadsn/wilayah_boundaries", Licence: "MIT"},
		},
		Regions: []sentra.Region{
			{Code: "91", Kind: "PROVINCE", Name: "Papua", Point: orb.Point{138.5, -4.1}, Box: orb.Bound{Min: orb.Point{134.2, -9.1}, Max: orb.Point{141, 0.5}}, Validity: sentra.Period{From: day("2014-07-23")}, Sources: wilayah},
			{Code: "94", Kind: "PROVINCE", Name: "Papua Tengah", Point: orb.Point{136, -3.9}, Box: orb.Bound{Min: orb.Point{134.5, -5}, Max: orb.Point{138, -2.9}}, Validity: sentra.Period{From: day("2022-07-25")}, Sources: wilayah},
			{Code: "94.06", Kind: "REGENCY", Name: "Kabupaten Dogiyai", Point: orb.Point{135.9, -4.07}, Box: orb.Bound{Min: orb.Point{135.2, -4.3}, Max: orb.Point{136.1, -3.7}}, Validity: sentra.Period{From: day("2014-07-23")}, Sources: wilayah},
		},
		Codes: []sentra.OfficialCode{
			{Region: "94", System: "ISO_3166_2", Value: "ID-PT", Sources: wilayah},
			{Region: "94.06", System: "KEMENDAGRI", Value: "94.06", Sources: wilayah},
			{Region: "94.06", System: "BPS", Value: "9408", Validity: sentra.Period{To: day("2022-07-24")}, Sources: agency},
			{Region: "94.06", System: "BPS", Value: "9408", Validity: sentra.Period{From: day("2022-07-25")}, Sources: agency},
		},
		Memberships: []sentra.Membership{
			{Region: "94.06", Province: "91", Validity: sentra.Period{From: day("2014-07-23"), To: day("2022-07-24")}, Sources: wilayah},
			{Region: "94.06", Province: "94", Validity: sentra.Period{From: day("2022-07-25")}, Law: "UU 15/2022", Sources: wilayah},
		},
		Successions: []sentra.Succession{{Predecessor: "91", Successor: "94", Date: *day("2022-07-25"), Law: "UU 15/2022", Sources: wilayah}},
		Designations: []sentra.Designation{
			{ID: "94.06-disadvantaged-perpres-63-2020", Region: "94.06", Kind: "DISADVANTAGED", Regulation: "Perpres 63/2020", From: partial("2020-04"), To: day("2024-12-31"), Confidence: "LISTED", Sources: []sentra.SourceID{"perpres", "jica"}},
			{ID: "94.06-border-perpres-1-2030", Region: "94.06", Kind: "BORDER", Regulation: "Perpres 1/2030", From: partial("2030"), Confidence: "PARTIAL", Countries: []string{"PG", "TL"}, Sources: agency},
		},
		Coverage: []sentra.DesignationCoverage{
			{Kind: "DISADVANTAGED", Extent: "COMPLETE", From: partialTo("2020-04-27"), To: day("2024-12-31"), Regulation: "Perpres 63/2020", Confidence: "LISTED", Note: "all of them", Sources: perpres},
			{Kind: "BORDER", Province: "94", Extent: "NONE", Confidence: "INFERRED", Note: "no border", Sources: perpres},
		},
		Phases: []sentra.Phase{{Key: "2013-2016", From: partial("2013"), To: partialTo("2016"), Sources: jica}, {Key: "2017", From: partial("2017"), Sources: jica}},
		Products: []sentra.Product{{Key: "coffee-processing", NameEN: "coffee processing", NameID: "pengolahan kopi", Sources: jica},
			{Key: "silver", NameEN: "silver", NameID: "perak", Sources: agency}},
		Clusters: sentra.NewClusters(
			&sentra.Cluster{ID: "2017-94.06-coffee-processing", Key: "2017-94.06-coffee-processing", NameEN: "Coffee", NameID: "Kopi", Products: []string{"coffee-processing"}, Phases: []string{"2017"},
				Regions: []sentra.RegionCode{"94.06"}, RegionNote: "a note", ProvinceNamed: "Papua", Precision: "REGENCY", InitialTarget: &yes, Sources: jica},
			&sentra.Cluster{ID: "x-1", Key: "x-1", NameEN: "Silver", NameID: "Perak", Products: []string{"silver", "coffee-processing"}, Phases: []string{"2017"}, Regions: []sentra.RegionCode{"94.06", "94"},
				Point: &orb.Point{115.17, -8.58}, Precision: "POINT", Grounds: []sentra.ClusterGround{{Kind: "STRATEGIC_THEME", Sources: agency}}, Sources: agency},
			&sentra.Cluster{ID: "x-2", Key: "x-2", NameEN: "Silver", NameID: "Perak", Phases: []string{"2017"}, Regions: []sentra.RegionCode{"94"}, Point: &orb.Point{0, 0.1}, Precision: "POINT", InitialTarget: &no, Sources: agency},
		),
		Events: []sentra.Event{
			{Region: "94.06", Kind: "OUTCOME", Date: partial("2016"), What: "farmers", Value: &twelve, Sources: jica},
			{Region: "94.06", Kind: "LAUNCH", Date: partial("2017-10-19"), Place: "Moanemani", With: "JICA", Note: "n", Sources: jica},
			{Region: "94.06", Kind: "LAUNCH", Date: partial("2017-10-19"), Place: "Nabire", With: "JICA", Sources: jica},
		},
		Programme: sentra.Programme{NameEN: "A programme", Abbreviation: "AP", Agencies: []string{"Ministry", "JICA"}, InitialTargetProvinces: []string{"Papua"},
			Grounds:         []sentra.SelectionGround{{Kind: "SUPPORT_SOURCE", Elements: []string{"fund"}, Sources: jica}, {Kind: "STRATEGIC_THEME", Elements: []string{"market", "skills, all"}, Sources: jica}},
			MethodStructure: []string{"platform"}, MethodSteps: []sentra.MethodStep{{Name: "diagnosis", Parts: []string{"a", "b"}}, {Name: "plan"}}, MethodSources: jica,
			NotStated: []string{"dates"}, Sources: jica},
	}, Boundaries: []sentra.Boundary{{Region: "94.06", Validity: sentra.Period{From: day("2014-07-23")}, Shape: shape, Digest: digest, Origin: "IMPORTED", Source: "cited-agency"}}}
	for i := range want.Events {
		want.Events[i].ID = sentra.EventID(&want.Events[i])
	}
	want.Events[2].ID += "~2"
	want.Number, want.Version, want.UpdatedAt = got.Number, got.Version, got.UpdatedAt
	if !reflect.DeepEqual(got, want) {
		for i, kind := 0, reflect.TypeOf(want.Facts); i < kind.NumField(); i++ {
			g, w := reflect.ValueOf(got.Facts).Field(i).Interface(), reflect.ValueOf(want.Facts).Field(i).Interface()
			if !reflect.DeepEqual(g, w) {
				a, _ := json.Marshal(g)
				b, _ := json.Marshal(w)
				t.Errorf("%s\n got %s\nwant %s", kind.Field(i).Name, a, b)
			}
		}
		t.Errorf("boundaries %+v, want %+v", got.Boundaries, want.Boundaries)
	}
	log, err := store.Log(t.Context(), nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(log) != 2 || log[1].Author != register.AuthorBinary || log[0].Author != "imports" || got.Number != 2 {
		t.Errorf("changes %+v", log)
	}
	// Each entity is one that this program would store with the same id.
	byID := make(map[sentra.EntityRef]bool)
	for _, number := range []int64{1, 2} {
		change, err := store.Change(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range change.Items {
			byID[item.Entity] = number == 1
		}
	}
	complete, err := register.Documents(&got.Facts)
	if err != nil {
		t.Fatal(err)
	}
	for ref := range complete {
		if _, carried := byID[ref]; !carried {
			t.Errorf("%s is stored under another id", ref)
		}
	}
	for ref, builtIn := range map[sentra.EntityRef]bool{
		{Kind: "source", ID: "jica"}: true, {Kind: "source", ID: "cited-agency"}: false, {Kind: "cluster", ID: "x-1"}: false, {Kind: "code", ID: "BPS:9408:94.06"}: false,
		{Kind: "product", ID: "silver"}: false, {Kind: "product", ID: "coffee-processing"}: true, {Kind: "boundary", ID: "94.06@2014-07-23"}: false,
	} {
		if got, carried := byID[ref]; !carried || got != builtIn {
			t.Errorf("%s is the program's: %v, want %v", ref, got, builtIn)
		}
	}
}
