-- +goose Up

-- The record is a list of numbered changes; entities is the resulting state.
-- docs/record.md describes the tables.

CREATE TABLE changes (
    number       bigint PRIMARY KEY CHECK (number > 0),
    at           timestamptz NOT NULL DEFAULT now(),
    author       text NOT NULL CHECK (author <> ''),
    reason       text NOT NULL CHECK (reason <> ''),
    -- The number of the facts that a program wrote with this change.
    facts_number int,
    reverts      bigint REFERENCES changes,
    -- The number with a digest of all changes up to this one.
    version      text NOT NULL CHECK (version <> '')
);
CREATE INDEX changes_facts ON changes (facts_number) WHERE facts_number IS NOT NULL;

CREATE TABLE change_items (
    change      bigint NOT NULL REFERENCES changes,
    entity_kind text NOT NULL,
    entity_id   text NOT NULL,
    key         text NOT NULL,
    before      jsonb,
    after       jsonb,
    schema      int NOT NULL CHECK (schema > 0),
    PRIMARY KEY (change, entity_kind, entity_id),
    CHECK (before IS NOT NULL OR after IS NOT NULL)
);
CREATE INDEX change_items_entity ON change_items (entity_kind, entity_id, change);

CREATE TABLE entities (
    kind   text NOT NULL,
    id     text NOT NULL CHECK (id <> ''),
    key    text NOT NULL CHECK (key <> ''),
    doc    jsonb NOT NULL,
    schema int NOT NULL CHECK (schema > 0),
    -- The last change that touched it.
    change bigint NOT NULL REFERENCES changes,
    PRIMARY KEY (kind, id),
    -- Two entities may swap their keys in one change.
    UNIQUE (kind, key) DEFERRABLE INITIALLY DEFERRED
);

-- Shapes of boundaries by their digest, as EWKB (MultiPolygon, SRID 4326, lon and lat
-- in degrees). They are never deleted, so that an older change can be restored.
CREATE TABLE shapes (
    digest text PRIMARY KEY CHECK (digest <> ''),
    ewkb   bytea NOT NULL CHECK (length(ewkb) > 9)
);

-- Migrate the contents of the old tables: facts written by programs as one change,
-- imports as another.

-- +goose StatementBegin
CREATE FUNCTION carried_float8(content bytea, at int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    high int := get_byte(content, at + 7);
    exponent int := ((high & 127) << 4) | (get_byte(content, at + 6) >> 4);
    mantissa bigint := get_byte(content, at + 6) & 15;
    magnitude float8;
BEGIN
    FOR i IN REVERSE 5..0 LOOP
        mantissa := (mantissa << 8) | get_byte(content, at + i);
    END LOOP;
    IF exponent = 0 THEN
        -- Zero, or so near to it that it makes no difference.
        RETURN 0;
    END IF;
    magnitude := (1 + mantissa::float8 / 4503599627370496::float8) * power(2::float8, exponent - 1023);
    RETURN CASE WHEN high >= 128 THEN -magnitude ELSE magnitude END;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION carried_slug(words text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT trim(both '-' from regexp_replace(lower(words), '[^a-z0-9]+', '-', 'g'))
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION carried_partial(first date, precision_ text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE precision_ WHEN 'YEAR' THEN to_char(first, 'YYYY') WHEN 'MONTH' THEN to_char(first, 'YYYY-MM') ELSE to_char(first, 'YYYY-MM-DD') END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION carried_period(valid_from date, valid_to date) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('from', valid_from, 'to', valid_to))
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION carried_sources(citation text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(source_id ORDER BY position), '[]') FROM citation_sources WHERE citation_id = citation
$$;
-- +goose StatementEnd

SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL extra_float_digits = 1;

CREATE TEMPORARY TABLE carried (kind text, id text, key text, doc jsonb, built_in boolean) ON COMMIT DROP;

INSERT INTO shapes (digest, ewkb) SELECT DISTINCT encode(sha256(shape), 'hex'), shape FROM boundaries;

INSERT INTO carried
SELECT 'source', id, id, jsonb_strip_nulls(jsonb_build_object('title', title, 'publisher', nullif(publisher, ''),
        'date', nullif(published, ''), 'url', nullif(url, ''), 'licence', nullif(licence, ''))),
    EXISTS (SELECT FROM citation_sources AS c WHERE c.source_id = sources.id AND c.citation_id IN (
        SELECT citation_id FROM regions UNION ALL SELECT citation_id FROM memberships UNION ALL SELECT citation_id FROM successions
        UNION ALL SELECT citation_id FROM designation_coverage UNION ALL SELECT citation_id FROM phases
        UNION ALL SELECT citation_id FROM selection_grounds UNION ALL SELECT citation_id FROM events UNION ALL SELECT citation_id FROM programme
        UNION ALL SELECT citation_id FROM region_codes WHERE built_in UNION ALL SELECT citation_id FROM designations WHERE built_in
        UNION ALL SELECT citation_id FROM clusters WHERE built_in))
    OR EXISTS (SELECT FROM programme WHERE details->'MethodSources' ? sources.id)
FROM sources
UNION ALL
SELECT 'region', code, code, jsonb_build_object('kind', kind, 'name', name, 'point', jsonb_build_array(lon, lat),
        'box', jsonb_build_array(west, south, east, north), 'validity', carried_period(valid_from, valid_to), 'sources', carried_sources(citation_id)), true
FROM regions
UNION ALL
SELECT 'code', id, id, doc, built_in FROM (
    SELECT system || ':' || value || ':' || region_code || coalesce('@' || valid_from, '') AS id,
        jsonb_build_object('region', region_code, 'system', system, 'value', value, 'validity', carried_period(valid_from, valid_to),
            'sources', carried_sources(citation_id)) AS doc, built_in
    FROM region_codes) AS c
UNION ALL
SELECT 'membership', region_code || '@' || valid_from, region_code || '@' || valid_from, jsonb_strip_nulls(jsonb_build_object('region', region_code,
        'province', province_code, 'validity', carried_period(valid_from, valid_to), 'law', nullif(law, ''), 'sources', carried_sources(citation_id))), true
FROM memberships
UNION ALL
SELECT 'succession', predecessor || '>' || successor, predecessor || '>' || successor, jsonb_strip_nulls(jsonb_build_object('predecessor', predecessor,
        'successor', successor, 'date', date, 'law', nullif(law, ''), 'sources', carried_sources(citation_id))), true
FROM successions
UNION ALL
SELECT 'designation', id, id, jsonb_strip_nulls(jsonb_build_object('region', region_code, 'kind', kind, 'regulation', regulation,
        'from', carried_partial(valid_from, precision), 'to', valid_to, 'confidence', confidence,
        'countries', CASE WHEN cardinality(countries) > 0 THEN to_jsonb(countries) END, 'sources', carried_sources(citation_id))), built_in
FROM designations
UNION ALL
SELECT 'coverage', id, id, doc, true FROM (
    SELECT carried_slug(kind) || ':' || coalesce(province_code, 'all') || ':' || carried_slug(regulation)
            || coalesce('@' || carried_partial(valid_from, precision), '') AS id,
        jsonb_strip_nulls(jsonb_build_object('kind', kind, 'province', province_code, 'extent', extent,
            'from', CASE WHEN valid_from IS NOT NULL THEN carried_partial(valid_from, precision) END, 'to', valid_to, 'regulation', nullif(regulation, ''),
            'confidence', confidence, 'note', note, 'sources', carried_sources(citation_id))) AS doc
    FROM designation_coverage) AS c
UNION ALL
SELECT 'phase', key, key, jsonb_strip_nulls(jsonb_build_object('from', starts, 'to', ends, 'sources', carried_sources(citation_id))), true
FROM phases
UNION ALL
SELECT 'product', key, key, jsonb_build_object('nameEn', name_en, 'nameId', name_id, 'sources', carried_sources(citation_id)),
    EXISTS (SELECT FROM cluster_products JOIN clusters ON clusters.key = cluster_key WHERE product_key = products.key AND clusters.built_in)
FROM products
UNION ALL
SELECT 'cluster', key, key, jsonb_strip_nulls(jsonb_build_object('key', key, 'nameEn', name_en, 'nameId', name_id,
        'products', (SELECT jsonb_agg(product_key ORDER BY position) FROM cluster_products WHERE cluster_key = key),
        'phases', (SELECT jsonb_agg(phase_key ORDER BY position) FROM cluster_phases WHERE cluster_key = key),
        'regions', (SELECT coalesce(jsonb_agg(region_code ORDER BY position), '[]') FROM cluster_regions WHERE cluster_key = key),
        'regionNote', nullif(region_note, ''), 'provinceNamed', nullif(province_named, ''),
        'point', CASE WHEN point IS NOT NULL THEN jsonb_build_array(carried_float8(point, 9), carried_float8(point, 17)) END,
        'precision', precision, 'initialTarget', initial_target,
        'grounds', (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'met', met, 'sources', carried_sources(g.citation_id)) ORDER BY kind)
            FROM cluster_grounds AS g WHERE cluster_key = key),
        'sources', carried_sources(citation_id))), built_in
FROM clusters
UNION ALL
SELECT 'ground', kind, kind, jsonb_build_object('elements', to_jsonb(elements), 'sources', carried_sources(citation_id)), true
FROM selection_grounds
UNION ALL
SELECT 'event', id, id, doc, true FROM (
    SELECT region_code || '-' || carried_slug(kind) || '-' || date
            || CASE WHEN carried_slug(what || ' ' || with_whom) <> '' THEN '-' || carried_slug(what || ' ' || with_whom) ELSE '' END
            -- Rows with the same content for one day are distinguished by a number.
            || CASE WHEN row_number() OVER same > 1 THEN '~' || row_number() OVER same ELSE '' END AS id,
        jsonb_strip_nulls(jsonb_build_object('region', region_code, 'kind', kind, 'date', date, 'place', nullif(place, ''), 'with', nullif(with_whom, ''),
            'what', nullif(what, ''), 'value', value, 'note', nullif(note, ''), 'sources', carried_sources(citation_id))) AS doc
    FROM events WINDOW same AS (PARTITION BY region_code, kind, date, carried_slug(what || ' ' || with_whom) ORDER BY id)) AS e
UNION ALL
SELECT 'programme', 'programme', 'programme', jsonb_strip_nulls(jsonb_build_object('nameEn', details->'NameEN', 'abbreviation', nullif(details->>'Abbreviation', ''),
        'agencies', details->'Agencies', 'initialTargetProvinces', details->'InitialTargetProvinces',
        'accompanyingMeasures', details->'AccompanyingMeasures', 'methodStructure', details->'MethodStructure',
        'methodSteps', (SELECT jsonb_agg(jsonb_build_object('name', step->'Name', 'parts', step->'Parts') ORDER BY at)
            FROM jsonb_array_elements(CASE jsonb_typeof(details->'MethodSteps') WHEN 'array' THEN details->'MethodSteps' ELSE '[]' END) WITH ORDINALITY AS s(step, at)),
        'methodSources', details->'MethodSources', 'notStated', details->'NotStated', 'sources', carried_sources(citation_id))), true
FROM programme
UNION ALL
SELECT 'boundary', region_code || '@' || valid_from, region_code || '@' || valid_from, jsonb_build_object('region', region_code,
        'validity', carried_period(valid_from, valid_to), 'shape', encode(sha256(shape), 'hex'), 'origin', origin,
        'source', (SELECT source_id FROM citation_sources AS c WHERE c.citation_id = boundaries.citation_id ORDER BY position LIMIT 1)), false
FROM boundaries;

INSERT INTO changes (number, at, author, reason, facts_number, version)
SELECT row_number() OVER (ORDER BY built_in DESC), (SELECT updated_at FROM dataset_state),
    CASE WHEN built_in THEN 'sentra' ELSE 'imports' END,
    CASE WHEN built_in THEN 'facts brought before changes were numbered' ELSE 'imports before changes were numbered' END,
    CASE WHEN built_in THEN 0 END,
    row_number() OVER (ORDER BY built_in DESC) || '-' || left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 12)
FROM (SELECT DISTINCT built_in FROM carried) AS parts;

INSERT INTO change_items (change, entity_kind, entity_id, key, after, schema)
SELECT number, kind, id, key, doc, 1 FROM carried JOIN changes ON (facts_number IS NOT NULL) = built_in;

INSERT INTO entities (kind, id, key, doc, schema, change)
SELECT kind, id, key, doc, 1, number FROM carried JOIN changes ON (facts_number IS NOT NULL) = built_in;

DROP TABLE programme, events, cluster_grounds, selection_grounds, cluster_phases, cluster_products, cluster_regions,
    clusters, products, phases, designation_coverage, designations, boundaries, successions, memberships,
    region_codes, regions, citation_sources, citations, sources, dataset_state;
DROP FUNCTION dataset_changed();
DROP FUNCTION carried_sources(text);
DROP FUNCTION carried_period(date, date);
DROP FUNCTION carried_partial(date, text);
DROP FUNCTION carried_slug(text);
DROP FUNCTION carried_float8(bytea, int);

-- Changes are only ever added.

-- +goose StatementBegin
CREATE FUNCTION changes_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: changes are only ever added; undo one by `sentra revert`', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER changes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON changes FOR EACH STATEMENT EXECUTE FUNCTION changes_stay();
CREATE TRIGGER changes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON change_items FOR EACH STATEMENT EXECUTE FUNCTION changes_stay();
CREATE TRIGGER changes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON shapes FOR EACH STATEMENT EXECUTE FUNCTION changes_stay();

-- +goose Down

-- +goose StatementBegin
DO $$
BEGIN
    RAISE EXCEPTION 'the numbered changes cannot be turned back into the older tables: restore a backup';
END
$$;
-- +goose StatementEnd
