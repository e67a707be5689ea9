// Package register changes the record. Importers, the binary's facts and all other
// writers pass it commands, which it validates by the rules of the domain and turns
// into one numbered change. It depends on neither SQL nor file formats.
package register

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// AuthorBinary is the author of the facts in the binary.
const AuthorBinary = "sentra"

// Item is the change to one entity: its documents before and after, nil if it does
// not exist.
type Item struct {
	Entity sentra.EntityRef
	// Key is the entity's public name after the change, or its last one.
	Key string
	// Before and After are the documents, nil if the entity did or does not exist. For a
	// very large change that is not stored yet, only Documents returns them.
	Before, After []byte
	// Schema is the version of the document format.
	Schema int
	// from marshals documents that are not held.
	from pending
}

// Documents returns the documents before and after, nil if the entity did or does not
// exist.
func (i *Item) Documents() (before, after []byte, err error) {
	if i.from != nil {
		return i.from.documents(i.Entity.ID)
	}
	return i.Before, i.After, nil
}

// Added reports whether the entity is new.
func (i *Item) Added() bool {
	if i.from != nil {
		before, _ := i.from.exists(i.Entity.ID)
		return !before
	}
	return i.Before == nil
}

// Deleted reports whether the entity was deleted.
func (i *Item) Deleted() bool {
	if i.from != nil {
		_, after := i.from.exists(i.Entity.ID)
		return !after
	}
	return i.After == nil
}

// Change is one numbered change of the record.
type Change struct {
	Number int64
	At     time.Time
	Author string
	Reason string
	// Facts is the number of the facts that the change wrote; 0 for other changes.
	Facts int
	// Reverts is the change that this one reverts; 0 for other changes.
	Reverts int64
	// Version is the number with a digest of all changes up to it.
	Version string
	Items   []Item
	// Shapes are the new shapes as EWKB, by digest.
	Shapes map[string][]byte
}

// Shipped is the document that the binary's facts last had for an entity; nil if they
// withdrew it.
type Shipped struct {
	Entity   sentra.EntityRef
	Change   int64
	Document []byte
}

// Session is an open transaction on the record: no other change can begin.
type Session interface {
	// Dataset is the present state; its boundaries have no shapes.
	Dataset() *sentra.Dataset
	// FactsNumber is the number of the newest facts in the record, 0 for none.
	FactsNumber() int
	// Shipped returns the last shipped version of each entity that facts ever contained.
	Shipped(ctx context.Context) ([]Shipped, error)
	// Change returns a change with its items. The error is NOT_FOUND.
	Change(ctx context.Context, number int64) (*Change, error)
	// LaterChanges returns the last change after a number of each of the entities.
	LaterChanges(ctx context.Context, after int64, entities []sentra.EntityRef) (map[sentra.EntityRef]int64, error)
	// Shapes returns shapes by their digests.
	Shapes(ctx context.Context, digests []string) (map[string]orb.MultiPolygon, error)
	Store(ctx context.Context, change *Change) error
}

// Record is the storage of changes.
type Record interface {
	// Load reads the present state.
	Load(ctx context.Context) (*sentra.Dataset, error)
	// LoadWithoutShapes is Load, with boundaries without their shapes.
	LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error)
	// Update runs work in a transaction, all or nothing.
	Update(ctx context.Context, work func(context.Context, Session) error) error
	// Consider is Update for work that stores nothing: it needs no write permission, and
	// does not block other changes.
	Consider(ctx context.Context, work func(context.Context, Session) error) error
}

// Register changes a record.
type Register struct {
	record Record
	try    func(context.Context, *sentra.Dataset) error
}

// New returns a register. try, which may be nil, checks whether the result of a
// change can be served.
func New(record Record, try func(context.Context, *sentra.Dataset) error) *Register {
	return &Register{record: record, try: try}
}

// By is the author of a change and the reason.
type By struct{ Author, Reason string }

// Outcome is the result of a change.
type Outcome struct {
	// Number is that of the change, or of the last one if nothing changed.
	Number int64
	// Items are what changed.
	Items []Item
	// Conflicts are the facts that an agency overrides, after facts were written.
	Conflicts []sentra.Conflict
}

// Changed returns the number of changed entities of a kind.
func (o Outcome) Changed(kind sentra.EntityKind) int {
	count := 0
	for i := range o.Items {
		if o.Items[i].Entity.Kind == kind {
			count++
		}
	}
	return count
}

// Apply makes the commands one change, all or nothing, or none if they change
// nothing. Every error names the entity and the field.
func (r *Register) Apply(ctx context.Context, by By, commands ...Command) (Outcome, error) {
	return r.apply(ctx, by, false, commands)
}

// errPreview rolls back a preview.
var errPreview = errors.New("only a preview")

type notStored struct{ Session }

func (notStored) Store(context.Context, *Change) error { return errPreview }

func (r *Register) apply(ctx context.Context, by By, preview bool, commands []Command) (Outcome, error) {
	var outcome Outcome
	begin := r.record.Update
	if preview {
		begin = r.record.Consider
	}
	err := begin(ctx, func(ctx context.Context, session Session) (err error) {
		if preview {
			session = notStored{session}
		}
		p := newPlan(session.Dataset())
		p.shipped = func() (map[sentra.EntityRef][]byte, error) { return shippedDocuments(ctx, session) }
		for _, c := range commands {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.apply(p)
		}
		if err := p.faults.Err(); err != nil {
			return err
		}
		settleConflicts(p)
		outcome, err = r.store(ctx, session, p, &Change{Author: by.Author, Reason: by.Reason})
		return err
	})
	if preview && errors.Is(err, errPreview) {
		err = nil
	}
	return outcome, err
}

// settleConflicts deletes the conflicts about entities that the plan changes.
func settleConflicts(p *plan) {
	if len(p.base.Conflicts) == 0 {
		return
	}
	conflicts := pendingOfType[sentra.Conflict](p)
	for i := range p.base.Conflicts {
		c := &p.base.Conflicts[i]
		if touched, any := p.touched[c.Entity.Kind]; any && slices.Contains(touched.ids(), c.Entity.ID) {
			conflicts.deleteID(c.EntityID())
		}
	}
}

// store validates the result of a plan and stores it.
func (r *Register) store(ctx context.Context, session Session, p *plan, change *Change) (Outcome, error) {
	base := session.Dataset()
	outcome := Outcome{Number: base.Number}
	items, version, err := p.items(ctx)
	if err != nil || len(items) == 0 && change.Facts == 0 {
		return outcome, err
	}
	next := p.next()
	outcome.Conflicts = next.Conflicts
	if broken := p.violations(next); len(broken) > 0 {
		var faults sentra.Faults
		for _, v := range broken {
			faults.AddError(v.fault)
		}
		return outcome, faults.Err()
	}
	tried, err := r.toTry(ctx, session, p, next)
	if err != nil {
		return outcome, err
	}
	change.Number, change.Items, change.Shapes = base.Number+1, items, p.shapes
	change.Version = version
	outcome.Items = items
	if err := r.storeTried(ctx, session, change, tried); err != nil {
		return outcome, err
	}
	outcome.Number = change.Number
	return outcome, nil
}

// storeTried stores a change and concurrently tries the resulting state; nothing is
// committed unless both succeed.
func (r *Register) storeTried(ctx context.Context, session Session, change *Change, tried *sentra.Dataset) error {
	if r.try == nil {
		return session.Store(ctx, change)
	}
	trying, stop := context.WithCancel(ctx)
	defer stop()
	trial := make(chan error, 1)
	go func() { trial <- r.tryOut(trying, tried) }()
	err := session.Store(ctx, change)
	if err != nil && !errors.Is(err, errPreview) {
		stop()
		<-trial
		return err
	}
	if refused := <-trial; refused != nil {
		return refused
	}
	return err
}

// maxTried is the maximum number of clusters that are tried together.
const maxTried = 100_000

// tryOut tries a state. Whether a cluster can be served does not depend on others,
// and indexes of a million together would need half a gigabyte.
func (r *Register) tryOut(ctx context.Context, tried *sentra.Dataset) error {
	part := *tried
	if tried.Boundaries != nil || tried.Clusters.Len() <= maxTried {
		return r.try(ctx, tried)
	}
	for clusters := range slices.Chunk(tried.Clusters.List(), maxTried) {
		part.Clusters = sentra.NewSorted(clusters)
		if err := r.try(ctx, &part); err != nil {
			return err
		}
	}
	return nil
}

// toTry returns the part of the next state to try. Boundaries are included only if
// the change affects them or what they depend on; otherwise they were tried before,
// as were clusters if nothing else changes.
func (r *Register) toTry(ctx context.Context, session Session, p *plan, next *sentra.Dataset) (*sentra.Dataset, error) {
	tried := *next
	drawn := false
	for _, kind := range []sentra.EntityKind{sentra.KindOfBoundary, sentra.KindOfRegion, sentra.KindOfMembership} {
		_, touched := p.touched[kind]
		drawn = drawn || touched
	}
	if !drawn {
		tried.Boundaries = nil
		if clusters, touched := p.touched[sentra.KindOfCluster]; touched && len(p.touched) == 1 {
			tried.Clusters = sentra.NewSorted(clusters.(*pendingOf[sentra.Cluster]).present())
		}
		return &tried, nil
	}
	tried.Boundaries = slices.Clone(next.Boundaries)
	var missing []string
	for i := range tried.Boundaries {
		if b := &tried.Boundaries[i]; b.Shape == nil {
			missing = append(missing, b.Digest)
		}
	}
	shapes, err := session.Shapes(ctx, missing)
	if err != nil {
		return nil, err
	}
	drawShapes(tried.Boundaries, shapes)
	return &tried, nil
}

// drawShapes sets the shapes of boundaries that have none, by digest.
func drawShapes(boundaries []sentra.Boundary, shapes map[string]orb.MultiPolygon) {
	for i := range boundaries {
		if b := &boundaries[i]; b.Shape == nil {
			b.Shape = shapes[b.Digest]
		}
	}
}

// wgs84 is the spatial reference of every stored shape (EPSG:4326).
const wgs84 = 4326

// EncodeShape returns a shape in stored form, as EWKB, with its digest.
func EncodeShape(shape orb.MultiPolygon) (digest string, content []byte, err error) {
	if content, err = ewkb.Marshal(shape, wgs84); err != nil {
		return "", nil, fmt.Errorf("encode a shape: %w", err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), content, nil
}

// DecodeShape decodes the result of EncodeShape.
func DecodeShape(content []byte) (orb.MultiPolygon, error) {
	geometry, _, err := ewkb.Unmarshal(content)
	if err != nil {
		return nil, fmt.Errorf("decode a shape: %w", err)
	}
	shape, ok := geometry.(orb.MultiPolygon)
	if !ok {
		return nil, fmt.Errorf("decode a shape: it is a %T and no MultiPolygon", geometry)
	}
	return shape, nil
}

// Editor is a register for one author and one reason.
type Editor struct {
	register *Register
	by       By
}

// Edit returns an Editor.
func (r *Register) Edit(author, reason string) *Editor { return &Editor{r, By{author, reason}} }

// Load reads the present state.
func (e *Editor) Load(ctx context.Context) (*sentra.Dataset, error) {
	return e.register.record.Load(ctx)
}

// LoadWithoutShapes is Load, with boundaries without their shapes.
func (e *Editor) LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error) {
	return e.register.record.LoadWithoutShapes(ctx)
}

// Apply makes the commands one change.
func (e *Editor) Apply(ctx context.Context, commands ...Command) (Outcome, error) {
	return e.register.Apply(ctx, e.by, commands...)
}

// Preview returns the outcome of Apply without writing anything.
func (e *Editor) Preview(ctx context.Context, commands ...Command) (Outcome, error) {
	return e.register.apply(ctx, e.by, true, commands)
}

// Revert reverts a change as a whole by a new change. The error is a CONFLICT that
// lists what has changed again since.
func (r *Register) Revert(ctx context.Context, by By, number int64) (Outcome, error) {
	var outcome Outcome
	err := r.record.Update(ctx, func(ctx context.Context, session Session) error {
		undone, err := session.Change(ctx, number)
		if err != nil {
			return err
		}
		p := newPlan(session.Dataset())
		var faults sentra.Faults
		refs := make([]sentra.EntityRef, len(undone.Items))
		for i := range undone.Items {
			refs[i] = undone.Items[i].Entity
		}
		later, err := session.LaterChanges(ctx, number, refs)
		if err != nil {
			return err
		}
		for i := range undone.Items {
			item := &undone.Items[i]
			k, known := kindNamed(item.Entity.Kind)
			if !known || item.Schema > k.schemaNumber() {
				return sentra.Errorf(sentra.CodeUnavailable, "change %d was written by a newer Sentra; use it to undo the change", number)
			}
			after, err := canonicalOrNil(k, item.Entity.ID, item.After)
			if err != nil {
				return err
			}
			present, err := p.pendingOf(k).document(item.Entity.ID)
			if err != nil {
				return err
			}
			if !bytes.Equal(present, after) {
				faults.AddError(&sentra.Error{Code: sentra.CodeConflict, Path: []string{item.Entity.String()},
					Message: fmt.Sprintf("was changed again by change %d", later[item.Entity])})
				continue
			}
			if item.Before == nil {
				p.pendingOf(k).deleteID(item.Entity.ID)
				continue
			}
			command, err := k.putDocument(item.Entity.ID, item.Before)
			if err != nil {
				return err
			}
			command.apply(p)
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if by.Reason == "" {
			by.Reason = fmt.Sprintf("revert change %d: %s", number, undone.Reason)
		}
		outcome, err = r.store(ctx, session, p, &Change{Author: by.Author, Reason: by.Reason, Reverts: number})
		return err
	})
	return outcome, err
}

func canonicalOrNil(k kind, id string, document []byte) ([]byte, error) {
	if document == nil {
		return nil, nil
	}
	return k.canonical(id, document)
}

// shippedDocuments returns the last shipped document of each entity, even if an
// agency overrides it; none for withdrawn ones.
func shippedDocuments(ctx context.Context, session Session) (map[sentra.EntityRef][]byte, error) {
	all, err := session.Shipped(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Shipped) int { return cmp.Compare(a.Change, b.Change) })
	out := make(map[sentra.EntityRef][]byte)
	for _, s := range all {
		ref, document := s.Entity, s.Document
		if ref.Kind == sentra.KindOfConflict {
			if document == nil {
				continue
			}
			k := kindFor[sentra.Conflict]()
			var c sentra.Conflict
			if err := k.unmarshal(ref.ID, document, &c); err != nil {
				return nil, err
			}
			ref, document = c.Entity, nil
			if c.Shipped != "" {
				document = []byte(c.Shipped)
			}
		}
		k, known := kindNamed(ref.Kind)
		if !known {
			continue
		}
		if out[ref], err = canonicalOrNil(k, ref.ID, document); err != nil {
			return nil, err
		}
	}
	for ref, document := range out {
		if document == nil {
			delete(out, ref)
		}
	}
	return out, nil
}
