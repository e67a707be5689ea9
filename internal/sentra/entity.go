package sentra

import "fmt"

// EntityKind names a kind of thing in the record. The values are stored and are
// what commands such as `sentra delete` take.
type EntityKind string

const (
	KindOfSource      EntityKind = "source"
	KindOfRegion      EntityKind = "region"
	KindOfCode        EntityKind = "code"
	KindOfMembership  EntityKind = "membership"
	KindOfSuccession  EntityKind = "succession"
	KindOfDesignation EntityKind = "designation"
	KindOfCoverage    EntityKind = "coverage"
	KindOfPhase       EntityKind = "phase"
	KindOfProduct     EntityKind = "product"
	KindOfCluster     EntityKind = "cluster"
	KindOfGround      EntityKind = "ground"
	KindOfEvent       EntityKind = "event"
	KindOfProgramme   EntityKind = "programme"
	KindOfBoundary    EntityKind = "boundary"
	KindOfConflict    EntityKind = "conflict"
	KindOfName        EntityKind = "name"
	KindOfSupport     EntityKind = "support"
	// KindOfFacilitators are counts of people, KindOfCount counts of clusters by others.
	KindOfFacilitators EntityKind = "facilitators"
	KindOfCount        EntityKind = "count"
	KindOfCandidate    EntityKind = "candidate"
)

// EntityRef names one entity of the record. ID is its surrogate: it never
// changes and is never given to another entity of the kind.
type EntityRef struct {
	Kind EntityKind `json:"kind"`
	ID   string     `json:"id"`
}

// String returns "cluster/2017-94.06-coffee-processing".
func (r EntityRef) String() string { return string(r.Kind) + "/" + r.ID }

// Conflict is a fact of the binary that was not taken because an agency says
// otherwise. The agency's stays until it is changed or the conflict is settled.
type Conflict struct {
	Entity EntityRef `json:"entity"`
	// Facts is the number of the facts that say otherwise.
	Facts int `json:"facts"`
	// Shipped is the fact as a document of the record, empty where the binary
	// no longer ships it.
	Shipped string `json:"shipped,omitempty"`
	Reason  string `json:"reason"`
}

// startedOn joins an id with the day from which it holds, "94.06@2014-07-23".
func startedOn(id string, from *Date) string {
	if from == nil {
		return id
	}
	return id + "@" + from.String()
}

// EntityID is the code and the system, with the day where one is known:
// "BPS:9408:94.06@2022-07-25".
func (c *OfficialCode) EntityID() string {
	return startedOn(fmt.Sprintf("%s:%s:%s", c.System, c.Value, c.Region), c.Validity.From)
}

// EntityID is the region, the kind and the name: "81.03:former:Kabupaten Maluku
// Tenggara Barat". Spellings that differ only in a hyphen are two names.
func (n *RegionName) EntityID() string {
	return string(n.Region) + ":" + Slug(string(n.Kind)) + ":" + n.Name
}

// EntityID is the region and the first day: "94.06@2022-07-25".
func (m *Membership) EntityID() string { return startedOn(string(m.Region), m.Validity.From) }

// EntityID is both provinces: "91>94".
func (s *Succession) EntityID() string { return string(s.Predecessor) + ">" + string(s.Successor) }

// EntityID is the kind, the province, the kinds of regions, the regulation and the
// first day.
func (c *DesignationCoverage) EntityID() string {
	where, id := "all", ""
	if c.Province != "" {
		where = string(c.Province)
	}
	for _, kind := range c.RegionKinds {
		where += "-" + Slug(string(kind))
	}
	id = Slug(string(c.Kind)) + ":" + where + ":" + Slug(c.Regulation)
	if c.From != nil {
		id += "@" + c.From.String()
	}
	return id
}

// EntityID is the region and the first day: "94.06@2014-07-23".
func (b *Boundary) EntityID() string { return startedOn(string(b.Region), b.Validity.From) }

// EntityID is the id of the entity that the conflict is about.
func (c *Conflict) EntityID() string { return c.Entity.String() }

// DesignationID is a designation's stable identity: region, kind and regulation.
func DesignationID(region, kind, regulation string) string {
	return region + "-" + Slug(kind) + "-" + Slug(regulation)
}

// EventID is an event's identity where its source gives none: what happened
// where and when. Several on one day are told apart by what is written of them.
func EventID(e *Event) string {
	id := string(e.Region) + "-" + Slug(string(e.Kind)) + "-" + e.Date.String()
	if more := Slug(e.What + " " + e.With); more != "" {
		id += "-" + more
	}
	return id
}
