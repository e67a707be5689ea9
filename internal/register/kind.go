package register

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// kindOf describes a kind of entity for the register. To add a kind, add an element
// to kinds below.
type kindOf[T any] struct {
	name sentra.EntityKind
	// schema is the version of the document's format: raise it if older programs would
	// lose information by writing the document.
	schema int
	id     func(*T) string
	// key returns the public name, unique in its kind; if nil, that is the id.
	key func(*T) string
	// setID sets the id of an entity whose document does not contain it.
	setID func(*T, string)
	get   func(*sentra.Dataset) []T
	set   func(*sentra.Dataset, []T)
	// shared, used instead of get and set, points to the list of a kind whose entities
	// are shared between states of the record.
	shared func(*sentra.Dataset) *sentra.Sorted[T]
	// order is that of the dataset's list; for a kind with keys it is by key first.
	order func(a, b *T) int
	// probe, if not nil, returns an entity that sorts immediately before any with the
	// key.
	probe func(key string) *T
	check func(*T) error
	// refers yields each entity that an entity refers to, with the path and the index in
	// a list, or -1.
	refers func(value *T, yield reference)
	// alone are rules about entities that cannot be valid at the same time.
	alone []aloneRule[T]
	// prepare completes an entity that is put: its id, its digest.
	prepare func(p *plan, pending *pendingOf[T], value *T) error
	// merge returns what an entity becomes when it is put again; if nil it is replaced.
	merge func(stored, given T) T
	// encode and decode replace encoding/json if not nil. Version 2 of that decodes in
	// half the time.
	encode func(*T) ([]byte, error)
	decode func([]byte, *T) error
	// share returns a function that lets equal parts of many entities use the same
	// memory.
	share func() func(*T)
}

// kind is a kindOf any type.
type kind interface {
	kindName() sentra.EntityKind
	schemaNumber() int
	newLoad() kindLoad
	newPending(base *sentra.Dataset) pending
	ids(*sentra.Dataset) map[string]bool
	// referrers yields the entities of the kind that refer to one of the others.
	referrers(data *sentra.Dataset, to map[sentra.EntityRef]bool, yield func(from, to sentra.EntityRef))
	// documents returns every entity of a dataset as a document.
	documents(*sentra.Dataset) (map[string][]byte, error)
	// canonical marshals a document again, as this program would.
	canonical(id string, document []byte) ([]byte, error)
	// putDocument returns a command that puts a document.
	putDocument(id string, document []byte) (Command, error)
	publicKey(data *sentra.Dataset, id string) string
}

// Entity is a domain type that is stored in the record.
type Entity interface {
	sentra.Source | sentra.Region | sentra.OfficialCode | sentra.Membership | sentra.Succession | sentra.Designation |
		sentra.DesignationCoverage | sentra.Phase | sentra.Product | sentra.Cluster | sentra.SelectionGround | sentra.Event |
		sentra.Programme | sentra.Boundary | sentra.Conflict | sentra.RegionName | sentra.Support | sentra.Facilitators |
		sentra.ExternalCount | sentra.Candidate
}

// kindFor returns the kind of a domain type.
func kindFor[T any]() *kindOf[T] {
	for _, k := range kinds {
		if found, ok := k.(*kindOf[T]); ok {
			return found
		}
	}
	panic(fmt.Sprintf("register: %T is no kind of entity", *new(T)))
}

func kindNamed(name sentra.EntityKind) (kind, bool) {
	for _, k := range kinds {
		if k.kindName() == name {
			return k, true
		}
	}
	return nil, false
}

// Kinds returns the names of all kinds, each before those that refer to it.
func Kinds() []sentra.EntityKind {
	names := make([]sentra.EntityKind, len(kinds))
	for i, k := range kinds {
		names[i] = k.kindName()
	}
	return names
}

// SchemaOf returns the version of the document format of a kind in this program, or 0
// for an unknown kind.
func SchemaOf(name sentra.EntityKind) int {
	if k, known := kindNamed(name); known {
		return k.schemaNumber()
	}
	return 0
}

func (k *kindOf[T]) kindName() sentra.EntityKind { return k.name }
func (k *kindOf[T]) schemaNumber() int           { return k.schema }

// list returns a dataset's entities, which must not be modified.
func (k *kindOf[T]) list(data *sentra.Dataset) sentra.Sorted[T] {
	if k.shared != nil {
		return *k.shared(data)
	}
	values := k.get(data)
	list := make([]*T, len(values))
	for i := range values {
		list[i] = &values[i]
	}
	return sentra.NewSorted(list)
}

// setList sets the entities of a dataset, in order.
func (k *kindOf[T]) setList(data *sentra.Dataset, list []*T) {
	if k.shared != nil {
		*k.shared(data) = sentra.NewSorted(list)
		return
	}
	var values []T
	if len(list) > 0 {
		values = make([]T, len(list))
	}
	for i, value := range list {
		values[i] = *value
	}
	k.set(data, values)
}

func (k *kindOf[T]) keyOf(value *T) string {
	if k.key == nil {
		return k.id(value)
	}
	return k.key(value)
}

func (k *kindOf[T]) marshal(value *T) ([]byte, error) {
	var document []byte
	var err error
	if k.encode != nil {
		document, err = k.encode(value)
	} else {
		document, err = json.Marshal(value)
	}
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", k.name, k.id(value), err)
	}
	return document, nil
}

func (k *kindOf[T]) unmarshal(id string, document []byte, value *T) error {
	var err error
	if k.decode != nil {
		err = k.decode(document, value)
	} else {
		err = jsonv2.Unmarshal(document, value)
	}
	if err != nil {
		return fmt.Errorf("decode %s %s: %w", k.name, id, err)
	}
	if k.setID != nil {
		k.setID(value, id)
	}
	return nil
}

func (k *kindOf[T]) documents(data *sentra.Dataset) (map[string][]byte, error) {
	out := make(map[string][]byte)
	for value := range k.list(data).All {
		document, err := k.marshal(value)
		if err != nil {
			return nil, err
		}
		out[k.id(value)] = document
	}
	return out, nil
}

func (k *kindOf[T]) canonical(id string, document []byte) ([]byte, error) {
	var value T
	if err := k.unmarshal(id, document, &value); err != nil {
		return nil, err
	}
	return k.marshal(&value)
}

func (k *kindOf[T]) putDocument(id string, document []byte) (Command, error) {
	var value T
	if err := k.unmarshal(id, document, &value); err != nil {
		return Command{}, err
	}
	return Command{func(p *plan) { pendingOfType[T](p).replace(&value) }}, nil
}

func (k *kindOf[T]) publicKey(data *sentra.Dataset, id string) string {
	for value := range k.list(data).All {
		if k.id(value) == id {
			return k.keyOf(value)
		}
	}
	return id
}

// kindLoad collects the entities of a kind as they are read. Batches may be decoded
// concurrently, each into its own place.
type kindLoad interface {
	decode(documents []Document) (any, error)
	add(batch any)
	finish(*sentra.Dataset)
}

type loadOf[T any] struct {
	kind  *kindOf[T]
	list  []*T
	share func(*T)
}

func (k *kindOf[T]) newLoad() kindLoad {
	l := &loadOf[T]{kind: k}
	if k.share != nil {
		l.share = k.share()
	}
	return l
}

func (l *loadOf[T]) decode(documents []Document) (any, error) {
	batch := make([]T, len(documents))
	for i := range documents {
		if err := l.kind.unmarshal(documents[i].ID, documents[i].Content, &batch[i]); err != nil {
			return nil, err
		}
	}
	return batch, nil
}

func (l *loadOf[T]) add(batch any) {
	values := batch.([]T)
	for i := range values {
		if l.share != nil {
			l.share(&values[i])
		}
		l.list = append(l.list, &values[i])
	}
}

func (l *loadOf[T]) finish(data *sentra.Dataset) {
	list := slices.Clip(l.list)
	sortBy(list, l.kind.order)
	l.kind.setList(data, list)
}

// sortBy sorts a list unless it is sorted.
func sortBy[T any](list []*T, order func(a, b *T) int) {
	if !slices.IsSortedFunc(list, order) {
		slices.SortStableFunc(list, order)
	}
}

// reference is called for an entity that another refers to.
type reference func(path string, at int, to sentra.EntityRef)

func refSources(sources []sentra.SourceID, path string, yield reference) {
	for i, id := range sources {
		yield(path, i, sentra.EntityRef{Kind: sentra.KindOfSource, ID: string(id)})
	}
}

func refRegion(code sentra.RegionCode, path string, at int, yield reference) {
	if code != "" {
		yield(path, at, sentra.EntityRef{Kind: sentra.KindOfRegion, ID: string(code)})
	}
}

// aloneRule says that no two entities with the same slot are valid on one day.
type aloneRule[T any] struct {
	// slot is what only one entity can have; "" if the rule does not apply.
	slot   func(*T) string
	period func(*T) sentra.Period
	path   string
	// says describes the violation, in which other has the slot.
	says func(value, other *T) string
}

func comparePeriods(a, b sentra.Period) int { return compareDays(a.From, b.From) }

// compareDays orders days; unbounded comes first.
func compareDays(a, b *sentra.Date) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Compare(*a, *b)
}

// kinds are all kinds, each before those that refer to it.
var kinds = []kind{
	&kindOf[sentra.Source]{
		name: sentra.KindOfSource, schema: 2,
		id:    func(s *sentra.Source) string { return string(s.ID) },
		setID: func(s *sentra.Source, id string) { s.ID = sentra.SourceID(id) },
		get:   func(d *sentra.Dataset) []sentra.Source { return d.Sources },
		set:   func(d *sentra.Dataset, list []sentra.Source) { d.Sources = list },
		order: func(a, b *sentra.Source) int {
			return cmp.Or(strings.Compare(a.Title, b.Title), strings.Compare(string(a.ID), string(b.ID)))
		},
		check: (*sentra.Source).Check,
		merge: sentra.Source.Merge,
	},
	&kindOf[sentra.Region]{
		name: sentra.KindOfRegion, schema: 1,
		id:    func(r *sentra.Region) string { return string(r.Code) },
		setID: func(r *sentra.Region, id string) { r.Code = sentra.RegionCode(id) },
		get:   func(d *sentra.Dataset) []sentra.Region { return d.Regions },
		set:   func(d *sentra.Dataset, list []sentra.Region) { d.Regions = list },
		order: func(a, b *sentra.Region) int { return strings.Compare(string(a.Code), string(b.Code)) },
		check: (*sentra.Region).Check,
		refers: func(r *sentra.Region, yield reference) {
			refSources(r.Sources, "sources", yield)
		},
		encode: func(r *sentra.Region) ([]byte, error) {
			return json.Marshal(regionDocument{r.Kind, r.Name, r.Point,
				[4]float64{r.Box.Min.Lon(), r.Box.Min.Lat(), r.Box.Max.Lon(), r.Box.Max.Lat()}, r.Validity, r.Sources})
		},
		decode: func(document []byte, r *sentra.Region) error {
			var d regionDocument
			if err := json.Unmarshal(document, &d); err != nil {
				return err
			}
			*r = sentra.Region{Kind: d.Kind, Name: d.Name, Point: d.Point,
				Box:      orb.Bound{Min: orb.Point{d.Box[0], d.Box[1]}, Max: orb.Point{d.Box[2], d.Box[3]}},
				Validity: d.Validity, Sources: d.Sources}
			return nil
		},
	},
	&kindOf[sentra.OfficialCode]{
		name: sentra.KindOfCode, schema: 1,
		id:  (*sentra.OfficialCode).EntityID,
		get: func(d *sentra.Dataset) []sentra.OfficialCode { return d.Codes },
		set: func(d *sentra.Dataset, list []sentra.OfficialCode) { d.Codes = list },
		order: func(a, b *sentra.OfficialCode) int {
			return cmp.Or(strings.Compare(string(a.Region), string(b.Region)), strings.Compare(string(b.System), string(a.System)),
				strings.Compare(a.Value, b.Value), comparePeriods(a.Validity, b.Validity))
		},
		check: (*sentra.OfficialCode).Check,
		alone: []aloneRule[sentra.OfficialCode]{{
			slot:   func(c *sentra.OfficialCode) string { return string(c.System) + " " + c.Value },
			period: func(c *sentra.OfficialCode) sentra.Period { return c.Validity },
			path:   "value",
			says: func(c, other *sentra.OfficialCode) string {
				return fmt.Sprintf("the %s code %s means %s on some of these days already", c.System, c.Value, other.Region)
			},
		}, {
			slot: func(c *sentra.OfficialCode) string {
				if c.System == sentra.SystemKemendagri {
					return ""
				}
				return string(c.System) + " of " + string(c.Region)
			},
			period: func(c *sentra.OfficialCode) sentra.Period { return c.Validity },
			path:   "region",
			says: func(c, other *sentra.OfficialCode) string {
				return fmt.Sprintf("%s has the %s code %s on some of these days already", c.Region, c.System, other.Value)
			},
		}},
		refers: func(c *sentra.OfficialCode, yield reference) {
			refRegion(c.Region, "region", -1, yield)
			refSources(c.Sources, "sources", yield)
		},
	},
	nameKind,
	&kindOf[sentra.Membership]{
		name: sentra.KindOfMembership, schema: 1,
		id:  (*sentra.Membership).EntityID,
		get: func(d *sentra.Dataset) []sentra.Membership { return d.Memberships },
		set: func(d *sentra.Dataset, list []sentra.Membership) { d.Memberships = list },
		order: func(a, b *sentra.Membership) int {
			return cmp.Or(strings.Compare(string(a.Region), string(b.Region)), comparePeriods(a.Validity, b.Validity))
		},
		check: (*sentra.Membership).Check,
		alone: []aloneRule[sentra.Membership]{{
			slot:   func(m *sentra.Membership) string { return string(m.Region) },
			period: func(m *sentra.Membership) sentra.Period { return m.Validity },
			path:   "validity",
			says: func(m, other *sentra.Membership) string {
				return fmt.Sprintf("%s belongs to %s on some of these days already", m.Region, other.Province)
			},
		}},
		refers: func(m *sentra.Membership, yield reference) {
			refRegion(m.Region, "region", -1, yield)
			refRegion(m.Province, "province", -1, yield)
			refSources(m.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.Succession]{
		name: sentra.KindOfSuccession, schema: 1,
		id:  (*sentra.Succession).EntityID,
		get: func(d *sentra.Dataset) []sentra.Succession { return d.Successions },
		set: func(d *sentra.Dataset, list []sentra.Succession) { d.Successions = list },
		order: func(a, b *sentra.Succession) int {
			return cmp.Or(cmp.Compare(a.Date, b.Date), strings.Compare(string(a.Predecessor), string(b.Predecessor)),
				strings.Compare(string(a.Successor), string(b.Successor)))
		},
		check: (*sentra.Succession).Check,
		refers: func(s *sentra.Succession, yield reference) {
			refRegion(s.Predecessor, "predecessor", -1, yield)
			refRegion(s.Successor, "successor", -1, yield)
			refSources(s.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.Designation]{
		name: sentra.KindOfDesignation, schema: 1,
		id:    func(d *sentra.Designation) string { return d.ID },
		setID: func(d *sentra.Designation, id string) { d.ID = id },
		get:   func(d *sentra.Dataset) []sentra.Designation { return d.Designations },
		set:   func(d *sentra.Dataset, list []sentra.Designation) { d.Designations = list },
		order: func(a, b *sentra.Designation) int {
			return cmp.Or(strings.Compare(string(b.Kind), string(a.Kind)), cmp.Compare(a.From.First, b.From.First),
				strings.Compare(string(a.Region), string(b.Region)), strings.Compare(a.ID, b.ID))
		},
		check: (*sentra.Designation).Check,
		alone: []aloneRule[sentra.Designation]{{
			slot: func(d *sentra.Designation) string {
				return string(d.Region) + " " + string(d.Kind) + " " + d.Regulation
			},
			period: func(d *sentra.Designation) sentra.Period { return sentra.Period{From: &d.From.First, To: d.To} },
			path:   "validity",
			says: func(d, other *sentra.Designation) string {
				return fmt.Sprintf("%s is designated by %s from %s already", d.Region, d.Regulation, other.From)
			},
		}},
		refers: func(d *sentra.Designation, yield reference) {
			refRegion(d.Region, "region", -1, yield)
			refSources(d.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.DesignationCoverage]{
		name: sentra.KindOfCoverage, schema: 2,
		id:  (*sentra.DesignationCoverage).EntityID,
		get: func(d *sentra.Dataset) []sentra.DesignationCoverage { return d.Coverage },
		set: func(d *sentra.Dataset, list []sentra.DesignationCoverage) { d.Coverage = list },
		order: func(a, b *sentra.DesignationCoverage) int {
			return cmp.Or(strings.Compare(string(b.Kind), string(a.Kind)), strings.Compare(string(a.Province), string(b.Province)),
				compareDays(firstDay(a.From), firstDay(b.From)), strings.Compare(a.EntityID(), b.EntityID()))
		},
		check: (*sentra.DesignationCoverage).Check,
		alone: []aloneRule[sentra.DesignationCoverage]{{
			slot: func(c *sentra.DesignationCoverage) string {
				return fmt.Sprint(c.Kind, " ", c.Province, " ", c.RegionKinds, " ", c.Regulation)
			},
			period: func(c *sentra.DesignationCoverage) sentra.Period {
				return sentra.Period{From: firstDay(c.From), To: c.To}
			},
			path: "validity",
			says: func(c, other *sentra.DesignationCoverage) string {
				return fmt.Sprintf("the coverage of %s by %q on some of these days is known already: %s", c.Kind, c.Regulation, other.EntityID())
			},
		}},
		refers: func(c *sentra.DesignationCoverage, yield reference) {
			refRegion(c.Province, "province", -1, yield)
			refSources(c.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.Phase]{
		name: sentra.KindOfPhase, schema: 1,
		id:    func(p *sentra.Phase) string { return p.Key },
		setID: func(p *sentra.Phase, id string) { p.Key = id },
		get:   func(d *sentra.Dataset) []sentra.Phase { return d.Phases },
		set:   func(d *sentra.Dataset, list []sentra.Phase) { d.Phases = list },
		order: func(a, b *sentra.Phase) int {
			return cmp.Or(cmp.Compare(a.From.First, b.From.First), strings.Compare(a.Key, b.Key))
		},
		check: (*sentra.Phase).Check,
		refers: func(p *sentra.Phase, yield reference) {
			refSources(p.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.Product]{
		name: sentra.KindOfProduct, schema: 1,
		id:    func(p *sentra.Product) string { return p.Key },
		setID: func(p *sentra.Product, id string) { p.Key = id },
		get:   func(d *sentra.Dataset) []sentra.Product { return d.Products },
		set:   func(d *sentra.Dataset, list []sentra.Product) { d.Products = list },
		order: func(a, b *sentra.Product) int {
			return cmp.Or(strings.Compare(strings.ToLower(a.NameEN), strings.ToLower(b.NameEN)), strings.Compare(a.Key, b.Key))
		},
		check: (*sentra.Product).Check,
		refers: func(p *sentra.Product, yield reference) {
			refSources(p.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.Cluster]{
		name: sentra.KindOfCluster, schema: 3,
		id:     func(c *sentra.Cluster) string { return c.ID },
		key:    func(c *sentra.Cluster) string { return c.Key },
		setID:  setClusterID,
		shared: func(d *sentra.Dataset) *sentra.Sorted[sentra.Cluster] { return &d.Clusters },
		probe:  func(key string) *sentra.Cluster { return &sentra.Cluster{Key: key} },
		order:  sentra.CompareClusters,
		check:  (*sentra.Cluster).Check,
		refers: func(c *sentra.Cluster, yield reference) {
			for i, code := range c.Regions {
				refRegion(code, "regions", i, yield)
			}
			for i, key := range c.Products {
				yield("products", i, sentra.EntityRef{Kind: sentra.KindOfProduct, ID: key})
			}
			for i, key := range c.Phases {
				yield("phases", i, sentra.EntityRef{Kind: sentra.KindOfPhase, ID: key})
			}
			for i := range c.Grounds {
				refSources(c.Grounds[i].Sources, "grounds.sources", yield)
			}
			refSources(c.Sources, "sources", yield)
		},
		share: shareClusters,
		// A cluster without an id is the one with its key, or a new one.
		prepare: func(_ *plan, pending *pendingOf[sentra.Cluster], c *sentra.Cluster) error {
			if c.ID != "" {
				return nil
			}
			if known := pending.byKey(c.Key); known != nil {
				c.ID = known.ID
				return nil
			}
			c.ID = c.Key
			for n := 2; pending.now(c.ID) != nil; n++ {
				c.ID = fmt.Sprintf("%s~%d", c.Key, n)
			}
			return nil
		},
	},
	&kindOf[sentra.SelectionGround]{
		name: sentra.KindOfGround, schema: 2,
		id:    func(g *sentra.SelectionGround) string { return string(g.Kind) },
		setID: func(g *sentra.SelectionGround, id string) { g.Kind = sentra.GroundKind(id) },
		get:   func(d *sentra.Dataset) []sentra.SelectionGround { return d.Programme.Grounds },
		set:   func(d *sentra.Dataset, list []sentra.SelectionGround) { d.Programme.Grounds = list },
		order: func(a, b *sentra.SelectionGround) int {
			return cmp.Compare(slices.Index(sentra.GroundKinds[:], a.Kind), slices.Index(sentra.GroundKinds[:], b.Kind))
		},
		check: (*sentra.SelectionGround).Check,
		refers: func(g *sentra.SelectionGround, yield reference) {
			refSources(g.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.Event]{
		name: sentra.KindOfEvent, schema: 2,
		id:    func(e *sentra.Event) string { return e.ID },
		setID: func(e *sentra.Event, id string) { e.ID = id },
		get:   func(d *sentra.Dataset) []sentra.Event { return d.Events },
		set:   func(d *sentra.Dataset, list []sentra.Event) { d.Events = list },
		order: func(a, b *sentra.Event) int {
			return cmp.Or(strings.Compare(a.Date.String(), b.Date.String()), strings.Compare(a.ID, b.ID))
		},
		check: (*sentra.Event).Check,
		prepare: func(_ *plan, _ *pendingOf[sentra.Event], e *sentra.Event) error {
			if e.ID == "" {
				e.ID = sentra.EventID(e)
			}
			return nil
		},
		refers: func(e *sentra.Event, yield reference) {
			refRegion(e.Region, "region", -1, yield)
			refSources(e.Sources, "sources", yield)
		},
	},
	supportKind, facilitatorsKind, countKind, candidateKind,
	&kindOf[sentra.Programme]{
		name: sentra.KindOfProgramme, schema: 2,
		id: func(*sentra.Programme) string { return string(sentra.KindOfProgramme) },
		get: func(d *sentra.Dataset) []sentra.Programme {
			if d.Programme.NameEN == "" {
				return nil
			}
			return []sentra.Programme{d.Programme}
		},
		set: func(d *sentra.Dataset, list []sentra.Programme) {
			grounds := d.Programme.Grounds
			d.Programme = sentra.Programme{}
			if len(list) > 0 {
				d.Programme = list[0]
			}
			d.Programme.Grounds = grounds
		},
		order: func(a, b *sentra.Programme) int { return 0 },
		check: (*sentra.Programme).Check,
		refers: func(p *sentra.Programme, yield reference) {
			refSources(p.MethodSources, "methodSources", yield)
			refSources(p.Sources, "sources", yield)
		},
	},
	&kindOf[sentra.Boundary]{
		name: sentra.KindOfBoundary, schema: 1,
		id:  (*sentra.Boundary).EntityID,
		get: func(d *sentra.Dataset) []sentra.Boundary { return d.Boundaries },
		set: func(d *sentra.Dataset, list []sentra.Boundary) { d.Boundaries = list },
		order: func(a, b *sentra.Boundary) int {
			return cmp.Or(strings.Compare(string(a.Region), string(b.Region)), comparePeriods(a.Validity, b.Validity))
		},
		check: (*sentra.Boundary).Check,
		alone: []aloneRule[sentra.Boundary]{{
			slot:   func(b *sentra.Boundary) string { return string(b.Region) },
			period: func(b *sentra.Boundary) sentra.Period { return b.Validity },
			path:   "validity",
			says: func(b, other *sentra.Boundary) string {
				return fmt.Sprintf("%s has a boundary from %s on some of these days already", b.Region, other.Validity.From)
			},
		}},
		prepare: func(p *plan, _ *pendingOf[sentra.Boundary], b *sentra.Boundary) error {
			if len(b.Shape) == 0 {
				return nil
			}
			digest, content, err := EncodeShape(b.Shape)
			if err != nil {
				return fmt.Errorf("encode the boundary of %s: %w", b.Region, err)
			}
			b.Digest, p.shapes[digest] = digest, content
			return nil
		},
		refers: func(b *sentra.Boundary, yield reference) {
			refRegion(b.Region, "region", -1, yield)
			yield("source", -1, sentra.EntityRef{Kind: sentra.KindOfSource, ID: string(b.Source)})
		},
	},
	&kindOf[sentra.Conflict]{
		name: sentra.KindOfConflict, schema: 1,
		id:    (*sentra.Conflict).EntityID,
		get:   func(d *sentra.Dataset) []sentra.Conflict { return d.Conflicts },
		set:   func(d *sentra.Dataset, list []sentra.Conflict) { d.Conflicts = list },
		order: func(a, b *sentra.Conflict) int { return strings.Compare(a.EntityID(), b.EntityID()) },
		check: (*sentra.Conflict).Check,
	},
}

// regionDocument is the document of a region; the box is west, south, east, north.
type regionDocument struct {
	Kind     sentra.RegionKind `json:"kind"`
	Name     string            `json:"name"`
	Point    orb.Point         `json:"point"`
	Box      [4]float64        `json:"box"`
	Validity sentra.Period     `json:"validity"`
	Sources  []sentra.SourceID `json:"sources"`
}

func firstDay(d *sentra.PartialDate) *sentra.Date {
	if d == nil {
		return nil
	}
	return &d.First
}

func setClusterID(c *sentra.Cluster, id string) {
	c.ID = id
	if c.Key == id {
		c.ID = c.Key
	}
}

// shareClusters shares the few texts and lists that many clusters repeat, so that the
// garbage collector has less to scan.
func shareClusters() func(*sentra.Cluster) {
	regions, products, phases := make(interner[sentra.RegionCode]), make(interner[string]), make(interner[string])
	sources, texts := make(interner[sentra.SourceID]), make(map[string]string)
	text := func(s string) string {
		if shared, known := texts[s]; known {
			return shared
		}
		texts[s] = s
		return s
	}
	var points []orb.Point
	return func(c *sentra.Cluster) {
		c.Regions, c.Products, c.Phases = regions.intern(c.Regions), products.intern(c.Products), phases.intern(c.Phases)
		c.Sources = sources.intern(c.Sources)
		c.ProvinceNamed, c.Precision = text(c.ProvinceNamed), sentra.LocationPrecision(text(string(c.Precision)))
		c.Confidence = sentra.Confidence(text(string(c.Confidence)))
		if c.NameID == c.NameEN {
			c.NameID = c.NameEN
		}
		if c.Point != nil {
			if len(points) == cap(points) {
				points = make([]orb.Point, 0, 4096)
			}
			points = append(points, *c.Point)
			c.Point = &points[len(points)-1]
		}
	}
}

// interner shares equal slices.
type interner[T ~string] map[string][]T

// intern returns the shared copy of a slice, nil for an empty one.
func (n interner[T]) intern(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	if len(list) == 1 {
		// The usual case needs no new key.
		if shared, known := n[string(list[0])]; known {
			return shared
		}
	}
	parts := make([]string, len(list))
	for i, one := range list {
		parts[i] = string(one)
	}
	key := strings.Join(parts, "\x00")
	shared, known := n[key]
	if !known {
		shared = slices.Clip(list)
		n[key] = shared
	}
	return shared
}

func (k *kindOf[T]) ids(data *sentra.Dataset) map[string]bool {
	list := k.list(data)
	ids := make(map[string]bool, list.Len())
	for value := range list.All {
		ids[k.id(value)] = true
	}
	return ids
}

func (k *kindOf[T]) referrers(data *sentra.Dataset, to map[sentra.EntityRef]bool, yield func(from, to sentra.EntityRef)) {
	if k.refers == nil {
		return
	}
	for value := range k.list(data).All {
		k.refers(value, func(_ string, _ int, named sentra.EntityRef) {
			if to[named] {
				yield(sentra.EntityRef{Kind: k.name, ID: k.id(value)}, named)
			}
		})
	}
}
