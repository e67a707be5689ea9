package sentra

import "fmt"

// EntityKind is a kind of entity in the record. The values are stored, and are
// arguments of commands such as `sentra delete`.
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
	// KindOfFacilitators is for counts of people, KindOfCount for counts of clusters by
	// other bodies.
	KindOfFacilitators EntityKind = "facilitators"
	KindOfCount        EntityKind = "count"
	KindOfCandidate    EntityKind = "candidate"
)

// EntityRef identifies one entity of the record. ID is a surrogate key: it never
// changes and is never reused in the kind.
type EntityRef struct {
	Kind EntityKind `json:"kind"`
	ID   string     `json:"id"`
}

// String returns "cluster/2017-94.06-coffee-processing".
func (r EntityRef) String() string { return string(r.Kind) + "/" + r.ID }

// Conflict is a fact of the binary that was not applied because an agency says
// otherwise. The agency's version stays until it is changed or the conflict is
// settled.
type Conflict struct {
	Entity EntityRef `json:"entity"`
	// Facts is the number of the set of facts that says otherwise.
	Facts int `json:"facts"`
	// Shipped is the fact as a document of the record; empty if the binary no longer
	// ships it.
	Shipped string `json:"shipped,omitempty"`
	Reason  string `json:"reason"`
}

// startedOn joins an id and the first day of its validity, "94.06@2014-07-23".
func startedOn(id string, from *Date) string {
	if from == nil {
		return id
	}
	return id + "@" + from.String()
}

// EntityID is the code and the system, with the first day if it is known:
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

// DesignationID is the stable id of a designation: region, kind and regulation.
func DesignationID(region, kind, regulation string) string {
	return region + "-" + Slug(kind) + "-" + Slug(regulation)
}

// EventID is the id of an event whose source has none: what happened where and when.
// Several events on one day are distinguished by their text.
func EventID(e *Event) string {
	id := string(e.Region) + "-" + Slug(string(e.Kind)) + "-" + e.Date.String()
	if more := Slug(e.What + " " + e.With); more != "" {
		id += "-" + more
	}
	return id
}
