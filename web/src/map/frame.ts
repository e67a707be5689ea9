// The first query of the page. The build reads this too, so it must not import anything.

/** What the page needs once: today's date, the record's days, and the choices of the filters. */
export const frameQuery = `{
  dataset { version regionsFrom boundaries designationCoverage { kind complete validFrom validTo regulation } licences { part name url } }
  phases { key from to }
  products { key name nameId }
  designations { kind regulation inForceFrom validTo }
  provinces: regions(filter: {level: PROVINCE}, first: 100) { asOf nodes { code name predecessors { date law region { code name } } } }
  programme { sources { title publisher date } }
}`;

/** The address of the query as a GET, which the page's head requests while the scripts load. */
export const frameAddress = `graphql?query=${encodeURIComponent(frameQuery.replace(/\s+/g, ' '))}`;
