package words

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Every sentence exists in both languages, with the same number of values.
func TestSentences(t *testing.T) {
	for _, key := range sentra.MessageKeys {
		text := sentences[key]
		if text.English == "" || text.Indonesian == "" || strings.Count(text.English, "%s") != strings.Count(text.Indonesian, "%s") || strings.Count(text.English, "%") != strings.Count(text.English, "%s") {
			t.Errorf("%s: %+v", key, text)
		}
	}
	for key := range sentences {
		if !slices.Contains(sentra.MessageKeys[:], key) {
			t.Errorf("%s is no key of the domain", key)
		}
	}
}

func TestSay(t *testing.T) {
	day := sentra.MustDate("2017-12-25")
	for _, c := range []struct {
		message             sentra.Message
		english, indonesian string
	}{
		{sentra.Say(sentra.MessageNoList, day), "No list that covers 2017-12-25 is loaded; that does not mean no.", "Tidak ada daftar yang mencakup 25 Desember 2017 dalam catatan ini; itu tidak berarti tidak."},
		{sentra.Say(sentra.MessageDesignated, sentra.Joined{"Perpres 131/2015"}, day), "Designated by Perpres 131/2015, in force on 2017-12-25.", "Ditetapkan dengan Perpres 131/2015, yang berlaku pada 25 Desember 2017."},
		{sentra.Say(sentra.MessageManyOpen, 1234, day), "For 1234 clusters it is not known whether they count on 2017-12-25; that does not mean zero.",
			"Untuk 1.234 sentra, tidak ada keterangan pada 25 Desember 2017 apakah sentra-sentra itu terhitung; itu tidak berarti nol."},
		{sentra.Say(sentra.MessageMoney, sentra.Series{sentra.Say(sentra.MessageYear, "2019"), sentra.Say(sentra.MessageYearNotTold)}), "Sources mention such money for 2019, a year that is not stated.",
			"Sumber menyebut dana seperti itu untuk tahun 2019, tahun yang tidak disebutkan."},
		{sentra.Say(sentra.MessageFacilitatorsNearest, sentra.Kilometres(1412.6)), "The nearest facilitators in the record are 1413 km away; it does not hold all of them.",
			"Tenaga pendamping terdekat yang tercatat berjarak 1.413 km; catatan ini tidak memuat semuanya."},
		{sentra.Say(sentra.MessageSentence, sentra.Text{English: "one", Indonesian: "satu"}), "one.", "satu."},
		{sentra.Text{English: "80 % done"}.Message(), "80 % done", "80 % done"},
		{sentra.Say(sentra.MessageOneCluster), "1 cluster is known.", "1 sentra diketahui."},
	} {
		if got := English.Say(c.message); got != c.english {
			t.Errorf("%q, want %q", got, c.english)
		}
		if got := Indonesian.Say(c.message); got != c.indonesian {
			t.Errorf("%q, want %q", got, c.indonesian)
		}
	}
}

func TestJoined(t *testing.T) {
	for _, c := range []struct {
		names               []string
		english, indonesian string
	}{{nil, "", ""}, {[]string{"a"}, "a", "a"}, {[]string{"a", "b"}, "a and b", "a dan b"}, {[]string{"a", "b", "c"}, "a, b and c", "a, b, dan c"}} {
		if got := English.Joined(c.names); got != c.english {
			t.Errorf("%q, want %q", got, c.english)
		}
		if got := Indonesian.Joined(c.names); got != c.indonesian {
			t.Errorf("%q, want %q", got, c.indonesian)
		}
	}
}

func TestPartial(t *testing.T) {
	for text, want := range map[string][2]string{"2017": {"2017", "2017"}, "2017-08": {"August 2017", "Agustus 2017"}, "2017-05-01": {"1 May 2017", "1 Mei 2017"}} {
		date, err := sentra.ParsePartialDate(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{English.Partial(date), Indonesian.Partial(date)}; got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestPreferred(t *testing.T) {
	for header, want := range map[string]Language{"": English, "id": Indonesian, "id-ID,id;q=0.9,en;q=0.8": Indonesian, "en-GB,id;q=0.5": English, "in": Indonesian, "nl,id;q=0.3": Indonesian, "de": English, "*": English, "x;;": English} {
		if got := Preferred(header); got != want {
			t.Errorf("%q: %s", header, got)
		}
	}
}

func TestAsked(t *testing.T) {
	if got := Asked(context.Background()); got != English {
		t.Errorf("nothing asked for: %s", got)
	}
	if got := Asked(With(context.Background(), Indonesian)); got != Indonesian {
		t.Errorf("Indonesian asked for: %s", got)
	}
	for text, valid := range map[string]bool{"en": true, "id": true, "": false, "ID": false, "id-ID": false} {
		if l, err := Parse(text); (err == nil) != valid || valid && string(l) != text {
			t.Errorf("%q: %s, %v", text, l, err)
		}
	}
}
