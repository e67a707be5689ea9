package gazetteer

import (
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// known returns a gazetteer of the facts.
func known(t testing.TB) *Gazetteer {
	t.Helper()
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(&sentra.Dataset{Facts: *f})
}

func TestCodes(t *testing.T) {
	g := known(t)
	for _, c := range []struct {
		system    sentra.CodeSystem
		code, day string // day "" for one that is not given
		want      sentra.RegionCode
		says      []string
	}{
		{sentra.SystemKemendagri, "94.06", "", "94.06", nil},
		{sentra.SystemKemendagri, "11.10", "", "11.10", nil},
		{sentra.SystemKemendagri, "94", "", "94", nil},
		{sentra.SystemKemendagri, "11.1", "", "", []string{"11.10", "Kabupaten Aceh Singkil", "as text"}},
		{sentra.SystemKemendagri, "32.8", "", "", []string{"lost a digit"}},
		{sentra.SystemKemendagri, "36. 03", "", "", []string{"36.03", "Kabupaten Tangerang"}},
		{sentra.SystemKemendagri, "94,06", "", "", []string{"94.06", "Kabupaten Dogiyai"}},
		{sentra.SystemKemendagri, "94-06", "", "", []string{"94.06"}},
		{sentra.SystemKemendagri, "3171", "", "", []string{"Kota Administrasi Jakarta Pusat (31.71)", "BPS", "Kota Administrasi Jakarta Selatan (31.74)", "kode_bps"}},
		{sentra.SystemKemendagri, "9406", "", "", []string{"no dot", "Kabupaten Dogiyai"}},
		{sentra.SystemKemendagri, "99.99", "", "", []string{"no region has the code 99.99"}},
		{sentra.SystemKemendagri, "11.01.02", "", "", []string{"district", "11.01", "Aceh Selatan"}},
		{sentra.SystemKemendagri, "11.01.02.2001", "", "", []string{"district"}},
		{sentra.SystemKemendagri, "1101020", "", "", []string{"district"}},
		{sentra.SystemKemendagri, "ID-PT", "", "", []string{"ISO 3166-2", "Papua Tengah", "94"}},
		{sentra.SystemKemendagri, "Tegal", "", "", []string{"is not a region code"}},
		{sentra.SystemKemendagri, "", "", "", []string{"missing"}},
		{sentra.SystemKemendagri, "91.26", "", "", []string{"former code", "Kabupaten Dogiyai (today 94.06) until 2022-07-24"}},
		{sentra.SystemKemendagri, "91.26", "2017-12-25", "94.06", nil},
		{sentra.SystemKemendagri, "91.26", "2023-01-01", "", []string{"former code"}},
		{sentra.SystemBPS, "3171", "", "31.74", nil},
		{sentra.SystemBPS, "9408", "2017-12-25", "91.05", nil},
		{sentra.SystemBPS, "9434", "2017-12-25", "94.06", nil},
		{sentra.SystemBPS, "9434", "2023-01-01", "", []string{"no region has the BPS code 9434", "Kabupaten Dogiyai (today 94.06) until 2022-12-31"}},
		{sentra.SystemBPS, "9602", "2023-01-01", "94.06", nil},
		{sentra.SystemBPS, "94.08", "2023-01-01", "", []string{"not a BPS code", "Ministry"}},
		{sentra.SystemBPS, "9999", "", "", []string{"no region has the BPS code"}},
		{sentra.SystemISO, "ID-PT", "", "94", nil},
	} {
		day := sentra.MustDate("2026-11-27")
		if c.day != "" {
			day = sentra.MustDate(c.day)
		}
		got, err := g.ByCode(c.system, c.code, day, c.day != "")
		check(t, string(c.system)+" "+c.code+" "+c.day, got, err, c.want, c.says)
	}
}

func check(t *testing.T, what string, got sentra.RegionCode, err error, want sentra.RegionCode, says []string) {
	t.Helper()
	if got != want || (want == "") != (err != nil) {
		t.Errorf("%s: got %q, %v; want %q", what, got, err, want)
		return
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v; lacks %q", what, err, text)
		}
	}
	if err != nil && sentra.ErrorCode(err) != sentra.CodeBadUserInput {
		t.Errorf("%s: %v has the code %s", what, err, sentra.ErrorCode(err))
	}
}

func TestNames(t *testing.T) {
	g := known(t)
	for _, c := range []struct {
		name, province, day string
		want                sentra.RegionCode
		says                []string
	}{
		{"Kab. Tegal", "", "", "33.28", nil},
		{"KABUPATEN TEGAL", "", "", "33.28", nil},
		{"Kota Tegal", "", "", "33.76", nil},
		{"kotamadya tegal", "", "", "33.76", nil},
		{"Tegal", "", "", "", []string{"Kabupaten Tegal (33.28, Jawa Tengah) or Kota Tegal (33.76, Jawa Tengah)"}},
		{"Tegal", "Jawa Tengah", "", "", []string{"Kota Tegal"}},
		{"Badung", "", "", "51.03", nil},
		{"Kab Badung", "Prov. Bali", "", "51.03", nil},
		{"Kota Badung", "", "", "", []string{"there is Kabupaten Badung"}},
		{"Badung", "Jawa Barat", "", "", []string{"does not lie in Jawa Barat", "lies in Bali"}},
		{"Labuhan Batu", "", "", "12.10", nil},
		{"Kota Adm. Jakarta Pusat", "DKI Jakarta", "", "31.71", nil},
		{"Jakarta Pusat", "Daerah Khusus Ibukota Jakarta", "", "31.71", nil},
		{"Kab. Adm. Kepulauan Seribu", "D.K.I. Jakarta", "", "31.01", nil},
		{"Yogyakarta", "D.I. Yogyakarta", "", "34.71", nil},
		{"Dogiyai", "Papua", "2017-12-25", "94.06", nil},
		{"Dogiyai", "Papua Tengah", "2023-01-01", "94.06", nil},
		{"Dogiyai", "Papua", "2023-01-01", "", []string{"does not lie in Papua on 2023-01-01", "Papua from 2014-07-23 to 2022-07-24", "Papua Tengah since 2022-07-25"}},
		{"Dogiyai", "Papua Tengah", "2017-12-25", "", []string{"no province \"Papua Tengah\" on 2017-12-25", "since 2022-07-25"}},
		{"Dogiyai", "", "2012-01-01", "", []string{"known from 2014-07-23", "--as-of"}},
		{"Dogiyay", "", "", "", []string{"the nearest is Kabupaten Dogiyai (94.06)"}},
		{"Kota Baru", "", "", "", []string{"Kabupaten Kotabaru"}},
		{"Jawa Tengah", "", "", "", []string{"no regency or city has the name"}},
		{"Provinsi Jawa Tengah", "", "", "", []string{"is a province"}},
		{"Kab. Tegal", "Jawa Tenga", "", "", []string{"no province has the name", "Jawa Tengah (33)"}},
	} {
		day := sentra.MustDate("2026-11-27")
		if c.day != "" {
			day = sentra.MustDate(c.day)
		}
		var province, got sentra.RegionCode
		var err error
		if c.province != "" {
			province, err = g.Province(c.province, day)
		}
		if err == nil {
			got, err = g.ByName(c.name, province, day)
		}
		check(t, c.name+", "+c.province+" "+c.day, got, err, c.want, c.says)
	}
}

// Every region is found by its own name and code, and a name with its kind and
// province is never ambiguous.
func TestEveryRegion(t *testing.T) {
	g := known(t)
	day := sentra.MustDate("2026-11-27")
	for code, r := range g.regions {
		if got, err := g.ByCode(sentra.SystemKemendagri, string(code), day, false); got != code {
			t.Errorf("%s: got %s, %v", code, got, err)
		}
		if r.Kind == sentra.KindProvince {
			if got, err := g.Province(strings.ToUpper(r.Name), day); got != code {
				t.Errorf("%s: got %s, %v", r.Name, got, err)
			}
			continue
		}
		if got, err := g.ByName(strings.Replace(r.Name, "Kabupaten ", "Kab. ", 1), g.ProvinceOf(code, day), day); got != code {
			t.Errorf("%s: got %s, %v", r.Name, got, err)
		}
	}
}

func FuzzNames(f *testing.F) {
	g := known(f)
	f.Add("Kab. Tegal", "11.1")
	f.Add("Kota", "36. 03")
	f.Fuzz(func(t *testing.T, name, code string) {
		day := sentra.MustDate("2026-11-27")
		if region, err := g.ByName(name, "", day); (region == "") == (err == nil) {
			t.Errorf("%q: %s, %v", name, region, err)
		}
		_, _ = g.Province(name, day)
		if region, err := g.ByCode(sentra.SystemKemendagri, code, day, false); (region == "") == (err == nil) || err == nil && string(region) != code {
			t.Errorf("%q: %s, %v", code, region, err)
		}
	})
}
