package sentra

import (
	"slices"
)

// ChoroplethBy is what the rows of a choropleth stand for.
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

// KeyOfSystem returns the key that is a code of the system.
func KeyOfSystem(system CodeSystem) ChoroplethKey {
	return ChoroplethKeys[slices.IndexFunc(ChoroplethKeys[:], func(key ChoroplethKey) bool { return key.System() == system })]
}

// ChoroplethKeys lists every key, the usual one first.
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

// ChoroplethStatus tells a known zero from no data.
type ChoroplethStatus string

const (
	// StatusValue: a value other than zero.
	StatusValue ChoroplethStatus = "VALUE"
	// StatusZero: known to be none.
	StatusZero ChoroplethStatus = "ZERO"
	// StatusNoData: what is loaded does not tell.
	StatusNoData ChoroplethStatus = "NO_DATA"
)

// Measured is what was measured on some clusters.
type Measured struct {
	Status ChoroplethStatus
	// Value is nil where there is no data. With NotCovered, a count is the least
	// it can be.
	Value *float64
	// NotCovered counts the clusters for which it is not known on the day
	// whether they are to be counted.
	NotCovered int
}

// Reason tells why there is no data; nil where there is.
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

// Tally is how many clusters are counted for certain, how many of those also have
// what is looked for, and of how many either is open.
type Tally struct {
	Counted, Having, Open int
	// Incomplete tells that there may be clusters of which the record knows nothing.
	Incomplete bool
}

// Count returns the number of those that are counted. None is a zero only when none
// is open and the record knows of all.
func (t Tally) Count() Measured {
	if t.Counted == 0 && t.Incomplete {
		return Measured{Status: StatusNoData, NotCovered: t.Open}
	}
	return measuredCount(t.Counted, t.Open)
}

// Share returns the share of those counted, the known clusters, that have what is looked
// for. It is known only when nothing is open, and there is one only of some.
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
