// Package sentra is the domain of Sentra: Indonesia's small-industry (IKM) clusters,
// the regions they are in, the criteria by which those regions were selected, and the
// rules of the field. It does not depend on SQL, GraphQL or HTTP, and imports no
// other package of Sentra.
package sentra
