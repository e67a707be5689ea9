// Package sentra holds the domain of Sentra: Indonesia's small-industry (IKM)
// clusters, the regions they are in and the grounds on which those regions
// were chosen, with the rules of the field. It knows neither SQL nor GraphQL
// nor HTTP; every other package depends on it and it depends on none of them.
package sentra
