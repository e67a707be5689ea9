package sentra

import (
	"slices"
)

// ChoroplethBy is what each row of a choropleth represents.
type ChoroplethBy string

const (
	ByRegion  ChoroplethBy = "REGION"
	ByProduct ChoroplethBy = "PRODUCT"
	ByPhase   ChoroplethBy = "PHASE"
)

// ChoroplethMeasure is what a choropleth measures of the clusters of a row.
type ChoroplethMeasure string

const (
	ClusterCount            ChoroplethMeasure = "CLUSTER_COUNT"
	ProductCount            ChoroplethMeasure = "PRODUCT_COUNT"
	AffirmativeClusterCount ChoroplethMeasure = "AFFIRMATIVE_CLUSTER_COUNT"
	AffirmativeClusterShare ChoroplethMeasure = "AFFIRMATIVE_CLUSTER_SHARE"
)

// ChoroplethKey is the code of a region by which the rows of a choropleth are joined.
type ChoroplethKey string

const (
	KeyCode  ChoroplethKey = "CODE"
	KeyBPS   ChoroplethKey = "BPS"
	KeyISO   ChoroplethKey = "ISO_3166_2"
	KeyPCode ChoroplethKey = "P_CODE"
)

// KeyOfSystem returns the key that is the code of a system.
func KeyOfSystem(system CodeSystem) ChoroplethKey {
	return ChoroplethKeys[slices.IndexFunc(ChoroplethKeys[:], func(key ChoroplethKey) bool { return key.System() == system })]
}

// ChoroplethKeys lists every key, the default first.
var ChoroplethKeys = [...]ChoroplethKey{KeyCode, KeyBPS, KeyISO, KeyPCode}

// System is the system of the code.
func (k ChoroplethKey) System() CodeSystem {
	switch k {
	case KeyBPS:
		return SystemBPS
	case KeyISO:
		return SystemISO
	case KeyPCode:
		return SystemPCode
	}
	return SystemKemendagri
}

// ChoroplethStatus distinguishes a known zero from no data.
type ChoroplethStatus string

const (
	// StatusValue: a value other than zero.
	StatusValue ChoroplethStatus = "VALUE"
	// StatusZero: known to be none.
	StatusZero ChoroplethStatus = "ZERO"
	// StatusNoData: the loaded data does not say.
	StatusNoData ChoroplethStatus = "NO_DATA"
)

// Measured is the measure of some clusters.
type Measured struct {
	Status ChoroplethStatus
	// Value is nil if there is no data. If NotCovered is not 0, a count is a lower
	// bound.
	Value *float64
	// NotCovered is the number of clusters of which it is not known on the day whether
	// they count.
	NotCovered int
}

// Reason explains why there is no data; nil if there is.
func (m *Measured) Reason(measure ChoroplethMeasure, day Date) *Message {
	if m.Status != StatusNoData {
		return nil
	}
	why := Say(MessageNotZero)
	switch {
	case m.NotCovered == 1:
		why = Say(MessageOneOpen, day)
	case m.NotCovered > 1:
		why = Say(MessageManyOpen, m.NotCovered, day)
	case measure == AffirmativeClusterShare:
		why = Say(MessageNoShare)
	}
	return &why
}

// Tally is the number of clusters that certainly count, the number of those that also
// have the property, and the number for which either is unknown.
type Tally struct {
	Counted, Having, Open int
	// Incomplete means that there may be clusters that the record does not hold.
	Incomplete bool
}

// Count returns the number of clusters that count. Zero is known only if none is open
// and the record is complete.
func (t Tally) Count() Measured {
	if t.Counted == 0 && t.Incomplete {
		return Measured{Status: StatusNoData, NotCovered: t.Open}
	}
	return measuredCount(t.Counted, t.Open)
}

// Share returns the share of the counted clusters that have the property. It is known
// only if at least one is counted and none is open.
func (t Tally) Share() Measured {
	if t.Open > 0 || t.Counted == 0 {
		return Measured{Status: StatusNoData, NotCovered: t.Open}
	}
	share := float64(t.Having) / float64(t.Counted)
	m := Measured{Status: StatusValue, Value: &share}
	if t.Having == 0 {
		m.Status = StatusZero
	}
	return m
}

func measuredCount(count, open int) Measured {
	value := float64(count)
	switch {
	case count > 0:
		return Measured{Status: StatusValue, Value: &value, NotCovered: open}
	case open > 0:
		return Measured{Status: StatusNoData, NotCovered: open}
	}
	return Measured{Status: StatusZero, Value: &value}
}
