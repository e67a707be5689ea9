-- +goose Up

-- The publications in which facts were read.
CREATE TABLE sources (
    id        text PRIMARY KEY CHECK (id <> ''),
    title     text NOT NULL CHECK (title <> ''),
    publisher text NOT NULL DEFAULT '',
    published text NOT NULL DEFAULT '' CHECK (published ~ '^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$'),
    url       text NOT NULL DEFAULT '',
    licence   text NOT NULL DEFAULT ''
);

-- One or more sources that together support a fact. Every fact row cites one.
CREATE TABLE citations (
    id text PRIMARY KEY CHECK (id <> '')
);
CREATE TABLE citation_sources (
    citation_id text NOT NULL REFERENCES citations ON DELETE CASCADE,
    position    int  NOT NULL CHECK (position >= 0),
    source_id   text NOT NULL REFERENCES sources,
    PRIMARY KEY (citation_id, position),
    UNIQUE (citation_id, source_id)
);

CREATE TABLE regions (
    code        text PRIMARY KEY CHECK (code ~ '^[0-9]{2}(\.[0-9]{2})?$'),
    -- The code as a number: with it, exclusion constraints below can use ranges
    -- without an extension for text equality in GiST.
    code_number int  GENERATED ALWAYS AS (replace(code, '.', '')::int) STORED UNIQUE,
    kind        text NOT NULL CHECK (kind IN ('PROVINCE', 'REGENCY', 'CITY')),
    name        text NOT NULL CHECK (name <> ''),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    west  double precision NOT NULL CHECK (west BETWEEN -180 AND 180),
    south double precision NOT NULL CHECK (south BETWEEN -90 AND 90),
    east  double precision NOT NULL CHECK (east BETWEEN -180 AND 180),
    north double precision NOT NULL CHECK (north BETWEEN -90 AND 90),
    valid_from  date NOT NULL,
    valid_to    date,
    citation_id text NOT NULL REFERENCES citations,
    CHECK (south <= north),
    CHECK (valid_to IS NULL OR valid_from <= valid_to),
    CHECK ((kind = 'PROVINCE') = (code !~ '\.'))
);

CREATE TABLE region_codes (
    region_code text NOT NULL REFERENCES regions ON DELETE CASCADE,
    system      text NOT NULL CHECK (system IN ('KEMENDAGRI', 'BPS', 'ISO_3166_2')),
    value       text NOT NULL CHECK (value <> ''),
    valid_from  date,
    valid_to    date,
    citation_id text NOT NULL REFERENCES citations,
    CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to),
    UNIQUE (region_code, system, value, valid_from),
    -- An official code means one region at a time.
    CONSTRAINT region_codes_unique_at_a_time EXCLUDE USING gist (
        int8range(hashtextextended(system || ' ' || value, 0), hashtextextended(system || ' ' || value, 0), '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&)
);

-- Which province a regency or city belongs to; at most one at a time.
CREATE TABLE memberships (
    region_code   text NOT NULL REFERENCES regions ON DELETE CASCADE CHECK (region_code ~ '\.'),
    province_code text NOT NULL REFERENCES regions ON DELETE CASCADE CHECK (province_code !~ '\.'),
    valid_from    date NOT NULL,
    valid_to      date,
    law           text NOT NULL DEFAULT '',
    citation_id   text NOT NULL REFERENCES citations,
    CHECK (valid_to IS NULL OR valid_from <= valid_to),
    PRIMARY KEY (region_code, valid_from),
    CONSTRAINT memberships_one_at_a_time EXCLUDE USING gist (
        int4range(replace(region_code, '.', '')::int, replace(region_code, '.', '')::int, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&)
);

CREATE TABLE successions (
    predecessor text NOT NULL REFERENCES regions ON DELETE CASCADE CHECK (predecessor !~ '\.'),
    successor   text NOT NULL REFERENCES regions ON DELETE CASCADE CHECK (successor !~ '\.'),
    date        date NOT NULL,
    law         text NOT NULL DEFAULT '',
    citation_id text NOT NULL REFERENCES citations,
    PRIMARY KEY (predecessor, successor),
    CHECK (predecessor <> successor)
);

-- Boundaries as EWKB (MultiPolygon, SRID 4326, lon and lat in degrees).
CREATE TABLE boundaries (
    region_code text NOT NULL REFERENCES regions ON DELETE CASCADE,
    valid_from  date NOT NULL,
    valid_to    date,
    shape       bytea NOT NULL CHECK (length(shape) > 9),
    origin      text NOT NULL CHECK (origin IN ('IMPORTED', 'UNION')),
    citation_id text NOT NULL REFERENCES citations,
    CHECK (valid_to IS NULL OR valid_from <= valid_to),
    PRIMARY KEY (region_code, valid_from),
    CONSTRAINT boundaries_one_at_a_time EXCLUDE USING gist (
        int4range(replace(region_code, '.', '')::int, replace(region_code, '.', '')::int, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&)
);

CREATE TABLE designations (
    id          text PRIMARY KEY CHECK (id <> ''),
    region_code text NOT NULL REFERENCES regions,
    kind        text NOT NULL CHECK (kind IN ('DISADVANTAGED', 'BORDER')),
    regulation  text NOT NULL CHECK (regulation <> ''),
    -- The first day that valid_from may mean, and its precision.
    valid_from  date NOT NULL,
    precision   text NOT NULL CHECK (precision IN ('DAY', 'MONTH', 'YEAR')),
    valid_to    date,
    confidence  text NOT NULL CHECK (confidence IN ('LISTED', 'INFERRED', 'PARTIAL')),
    countries   text[] NOT NULL DEFAULT '{}',
    citation_id text NOT NULL REFERENCES citations,
    built_in    boolean NOT NULL,
    CHECK (valid_to IS NULL OR valid_from <= valid_to),
    CONSTRAINT designations_once_at_a_time EXCLUDE USING gist (
        int4range(replace(region_code, '.', '')::int, replace(region_code, '.', '')::int, '[]') WITH &&,
        int8range(hashtextextended(kind || ' ' || regulation, 0), hashtextextended(kind || ' ' || regulation, 0), '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&)
);

CREATE TABLE designation_coverage (
    id            int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('DISADVANTAGED', 'BORDER')),
    province_code text REFERENCES regions CHECK (province_code !~ '\.'),
    extent        text NOT NULL CHECK (extent IN ('COMPLETE', 'NONE', 'PARTIAL')),
    valid_from    date,
    precision     text CHECK (precision IN ('DAY', 'MONTH', 'YEAR')),
    valid_to      date,
    regulation    text NOT NULL DEFAULT '',
    confidence    text NOT NULL CHECK (confidence IN ('LISTED', 'INFERRED', 'PARTIAL')),
    note          text NOT NULL,
    citation_id   text NOT NULL REFERENCES citations,
    CHECK ((valid_from IS NULL) = (precision IS NULL)),
    CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to),
    CONSTRAINT designation_coverage_one_at_a_time EXCLUDE USING gist (
        int8range(hashtextextended(kind || ' ' || coalesce(province_code, ''), 0), hashtextextended(kind || ' ' || coalesce(province_code, ''), 0), '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&)
);

CREATE TABLE phases (
    key         text PRIMARY KEY CHECK (key <> ''),
    starts      text NOT NULL CHECK (starts ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
    ends        text CHECK (ends ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
    citation_id text NOT NULL REFERENCES citations,
    CHECK (ends IS NULL OR starts <= ends)
);

CREATE TABLE products (
    key         text PRIMARY KEY CHECK (key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name_en     text NOT NULL CHECK (name_en <> ''),
    name_id     text NOT NULL CHECK (name_id <> ''),
    citation_id text NOT NULL REFERENCES citations
);

CREATE TABLE clusters (
    key            text PRIMARY KEY CHECK (key <> ''),
    name_en        text NOT NULL CHECK (name_en <> ''),
    name_id        text NOT NULL CHECK (name_id <> ''),
    region_note    text NOT NULL DEFAULT '',
    province_named text NOT NULL DEFAULT '',
    -- The exact location as EWKB (Point, SRID 4326), only if it is known.
    point          bytea,
    precision      text NOT NULL CHECK (precision IN ('POINT', 'REGENCY', 'PROVINCE')),
    initial_target boolean,
    citation_id    text NOT NULL REFERENCES citations,
    built_in       boolean NOT NULL,
    CHECK ((point IS NOT NULL) = (precision = 'POINT'))
);
CREATE TABLE cluster_regions (
    cluster_key text NOT NULL REFERENCES clusters ON DELETE CASCADE,
    position    int  NOT NULL CHECK (position >= 0),
    region_code text NOT NULL REFERENCES regions,
    PRIMARY KEY (cluster_key, position),
    UNIQUE (cluster_key, region_code)
);
CREATE TABLE cluster_products (
    cluster_key text NOT NULL REFERENCES clusters ON DELETE CASCADE,
    position    int  NOT NULL CHECK (position >= 0),
    product_key text NOT NULL REFERENCES products,
    PRIMARY KEY (cluster_key, position),
    UNIQUE (cluster_key, product_key)
);
CREATE TABLE cluster_phases (
    cluster_key text NOT NULL REFERENCES clusters ON DELETE CASCADE,
    position    int  NOT NULL CHECK (position >= 0),
    phase_key   text NOT NULL REFERENCES phases,
    PRIMARY KEY (cluster_key, position),
    UNIQUE (cluster_key, phase_key)
);

CREATE TABLE selection_grounds (
    kind        text PRIMARY KEY CHECK (kind IN ('SUPPORT_SOURCE', 'STRATEGIC_THEME', 'AFFIRMATIVE_THEME')),
    position    int NOT NULL UNIQUE,
    elements    text[] NOT NULL CHECK (cardinality(elements) > 0),
    citation_id text NOT NULL REFERENCES citations
);
-- Only what a source says; no row if no source does.
CREATE TABLE cluster_grounds (
    cluster_key text NOT NULL REFERENCES clusters ON DELETE CASCADE,
    kind        text NOT NULL REFERENCES selection_grounds,
    met         boolean NOT NULL,
    citation_id text NOT NULL REFERENCES citations,
    PRIMARY KEY (cluster_key, kind)
);

CREATE TABLE events (
    id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_code text NOT NULL REFERENCES regions,
    kind        text NOT NULL CHECK (kind IN ('EVALUATION_MEETING', 'STUDY_VISIT', 'OUTCOME', 'LAUNCH')),
    date        text NOT NULL CHECK (date ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
    place       text NOT NULL DEFAULT '',
    with_whom   text NOT NULL DEFAULT '',
    what        text NOT NULL DEFAULT '',
    value       int,
    note        text NOT NULL DEFAULT '',
    citation_id text NOT NULL REFERENCES citations,
    CHECK (kind <> 'OUTCOME' OR (what <> '' AND value IS NOT NULL))
);

-- The programme: one row, with its lists as JSON since nothing refers into them.
CREATE TABLE programme (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    details     jsonb NOT NULL,
    citation_id text NOT NULL REFERENCES citations
);

-- The version of the record; one row.
CREATE TABLE dataset_state (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version    uuid NOT NULL DEFAULT gen_random_uuid(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- The transaction that set the version, so that one sets it only once.
    changed_by text NOT NULL DEFAULT '',
    -- The digest of the binary's facts, so that they are written only once.
    facts_digest text NOT NULL DEFAULT ''
);
INSERT INTO dataset_state DEFAULT VALUES;

-- +goose StatementBegin
CREATE FUNCTION dataset_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dataset_state
       SET version = gen_random_uuid(), updated_at = now(), changed_by = pg_current_xact_id()::text
     WHERE changed_by <> pg_current_xact_id()::text;
    PERFORM pg_notify('sentra_dataset', '');
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['sources', 'citation_sources', 'regions', 'region_codes', 'memberships',
        'successions', 'boundaries', 'designations', 'designation_coverage', 'phases', 'products', 'clusters',
        'cluster_regions', 'cluster_products', 'cluster_phases', 'selection_grounds', 'cluster_grounds', 'events',
        'programme']
    LOOP
        EXECUTE format('CREATE TRIGGER dataset_changed AFTER INSERT OR UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION dataset_changed()', name);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE programme, events, cluster_grounds, selection_grounds, cluster_phases, cluster_products, cluster_regions,
    clusters, products, phases, designation_coverage, designations, boundaries, successions, memberships,
    region_codes, regions, citation_sources, citations, sources, dataset_state;
DROP FUNCTION dataset_changed();
