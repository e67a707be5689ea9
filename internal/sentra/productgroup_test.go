package sentra

import "testing"

func TestGroupOf(t *testing.T) {
	batik, songket, coffee := &Product{Key: "batik"}, &Product{Key: "songket"}, &Product{Key: "coffee"}
	for _, c := range []struct {
		products []*Product
		want     ProductGroup
	}{{nil, ProductsOther}, {[]*Product{batik}, ProductsTextile}, {[]*Product{batik, songket}, ProductsTextile}, {[]*Product{batik, coffee}, ProductsOther}} {
		if got := GroupOf(c.products); got != c.want {
			t.Errorf("%v: %s, want %s", c.products, got, c.want)
		}
	}
}

func TestProductGroup(t *testing.T) {
	for _, c := range []struct {
		key, nameID string
		want        ProductGroup
	}{
		{"batik", "Batik", ProductsTextile}, {"ulos-weaving", "tenun ulos", ProductsTextile}, {"pandanus-weaving", "Anyaman pandan", ProductsWood}, {"wooden-batik", "Batik kayu", ProductsWood},
		{"coffee-processing", "pengolahan kopi", ProductsFood}, {"cajuput-oil", "Minyak kayu putih", ProductsFood}, {"bark-craft", "Kerajinan kulit kayu", ProductsWood}, {"leather-goods", "Kerajinan kulit", ProductsLeather},
		{"roof-tiles", "Genteng", ProductsClayStone}, {"gold-silver", "Perhiasan emas dan perak", ProductsMetal}, {"shell-craft", "Kerajinan kerang", ProductsOther}, {"x", "Layang-layang", ProductsOther},
		// Names as in imports.
		{"p-1", "Konveksi", ProductsTextile}, {"p-2", "Keripik ikan", ProductsFood},
	} {
		if got := (&Product{Key: c.key, NameID: c.nameID}).Group(); got != c.want {
			t.Errorf("%s, %s: %s; want %s", c.key, c.nameID, got, c.want)
		}
	}
}
