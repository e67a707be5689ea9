package sentra

import "strings"

// ProductGroup is a group of products, broad enough to have a colour on a map.
type ProductGroup string

const (
	ProductsTextile   ProductGroup = "TEXTILE"    // Cloth, clothes and their decoration.
	ProductsFood      ProductGroup = "FOOD"       // Food, drink and what is pressed or dried from crops.
	ProductsWood      ProductGroup = "WOOD"       // Wood, bamboo, rattan and other plants' fibres.
	ProductsMetal     ProductGroup = "METAL"      // Metal, jewellery and machines.
	ProductsClayStone ProductGroup = "CLAY_STONE" // Clay, stone, glass and cement.
	ProductsLeather   ProductGroup = "LEATHER"    // Leather, shoes and bags.
	ProductsOther     ProductGroup = "OTHER"      // All others, and those of several groups.
)

// ProductGroups lists every group.
var ProductGroups = [...]ProductGroup{ProductsTextile, ProductsFood, ProductsWood, ProductsMetal, ProductsClayStone, ProductsLeather, ProductsOther}

// GroupOf returns the group of several products, or OTHER if they are of several
// groups.
func GroupOf(products []*Product) ProductGroup {
	if len(products) == 0 {
		return ProductsOther
	}
	group := products[0].Group()
	for _, p := range products[1:] {
		if p.Group() != group {
			return ProductsOther
		}
	}
	return group
}

// groupWords are words in products' keys and Indonesian names. The first that is
// found decides: materials come before things, except for words that name a thing of
// one group.
var groupWords = []struct {
	group ProductGroup
	words []string
}{
	{ProductsFood, []string{"oil", "minyak"}},
	{ProductsWood, []string{"kulit kayu"}},
	{ProductsOther, []string{"mixed", "shell", "pearl", "painting", "printing", "drum", "gamelan", "guitar", "mask", "doll", "shuttlecock", "performance", "umbrella", "whip", "food-cover", "boat", "screen-printed"}},
	{ProductsLeather, []string{"leather", "footwear", "shoe", "sandal", "bags", "luggage", "kulit", "sepatu", "tas "}},
	{ProductsWood, []string{"wood", "bamboo", "rattan", "furniture", "basket", "pandanus", "purun", "mendong", "hyacinth", "bark", "coir", "mats", "noken", "anyaman", "kayu", "bambu", "rotan", "mebel", "furnitur", "fans", "sculpture"}},
	{ProductsTextile, []string{"batik", "weaving", "ikat", "songket", "silk", "songkok", "garment", "embroider", "ulos", "tapis", "textile", "tie-dye", "patchwork", "jeans", "knit", "lurik", "sasirangan", "karawo", "mattress", "cloth", "tenun", "konveksi", "bordir", "tekstil", "pakaian", "shirts"}},
	{ProductsMetal, []string{"copper", "brass", "metal", "smith", "gold", "silver", "alumin", "tin-craft", "pewter", "timah", "oven", "exhaust", "monel", "white-iron", "kitchenware", "logam", "besi", "machin", "automotive", "component", "jewel"}},
	{ProductsClayStone, []string{"pottery", "roof-tile", "ceramic", "brick", "gemstone", "marble", "stone", "sanitary", "paving", "gerabah", "genteng", "keramik", "batu"}},
	{ProductsFood, []string{"fish", "salt", "coffee", "coconut", "cake", "snack", "tofu", "tempe", "cracker", "sago", "sugar", "chips", "cocoa", "cacao", "cokelat", "banana", "shrimp", "food", "oil", "garcinia", "horticultur", "rendang", "cassava", "pepper", "confection", "noodle", "jenang", "krecek", "palmyra", "aloe", "chilli", "gambier", "seaweed", "fruit", "makanan", "kopi", "ikan", "kakao", "minyak", "rumput laut", "sweet"}},
}

// Group returns the group of a product by the words of its names: imports add
// products, and no source groups them.
func (p *Product) Group() ProductGroup {
	name := strings.ToLower(p.Key + " " + p.NameID + " ")
	for _, g := range groupWords {
		for _, word := range g.words {
			if strings.Contains(name, word) {
				return g.group
			}
		}
	}
	return ProductsOther
}
