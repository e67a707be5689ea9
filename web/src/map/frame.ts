// What the page asks first. The build reads this too, so it imports nothing.

/** What the page needs once: the day it is, the record's days, and the choices of the filters. */
export const frameQuery = `{
  dataset { version regionsFrom boundaries designationCoverage { kind complete validFrom validTo regulation } licences { part name url } }
  phases { key from to }
  products { key name nameId }
  designations { kind regulation inForceFrom validTo }
  provinces: regions(filter: {level: PROVINCE}, first: 100) { asOf nodes { code name predecessors { date law region { code name } } } }
  programme { sources { title publisher date } }
}`;

/** Where the frame is asked for by GET, so that the page's head can ask for it while the scripts load. */
export const frameAddress = `graphql?query=${encodeURIComponent(frameQuery.replace(/\s+/g, ' '))}`;
