-- The schema of the peers: the facts of Sentra's own tables as a good engineer would
-- model them for PostGIS and PostGraphile, with every index that the queries can use.
-- The program fills in regions, boundaries and clusters.
CREATE SCHEMA peer;
SET search_path = peer, public;

CREATE TABLE region (
    code          text PRIMARY KEY,
    kind          text NOT NULL,
    name          text NOT NULL,
    label_point   geometry(Point, 4326) NOT NULL,
    area_km2      float8,
    -- The present one; membership has those of other days.
    province_code text REFERENCES region
);
CREATE INDEX ON region (province_code);

-- The present boundaries, separate from the regions: otherwise a region's row passed
-- to a function would include its shape. Not compressed, for fast reads.
CREATE TABLE boundary (
    region_code text PRIMARY KEY REFERENCES region,
    shape       geometry(MultiPolygon, 4326) NOT NULL
);
ALTER TABLE boundary ALTER shape SET STORAGE EXTERNAL;

CREATE TABLE membership (
    region_code   text NOT NULL REFERENCES region,
    province_code text NOT NULL REFERENCES region,
    valid_from    date NOT NULL,
    valid_to      date,
    PRIMARY KEY (region_code, valid_from)
);
CREATE INDEX ON membership (province_code);

CREATE TABLE designation (
    id            text PRIMARY KEY,
    region_code   text NOT NULL REFERENCES region,
    kind          text NOT NULL,
    regulation    text NOT NULL,
    -- The first day on which it is certainly in force.
    in_force_from date NOT NULL,
    valid_to      date
);
CREATE INDEX ON designation (region_code, in_force_from);

CREATE TABLE cluster (
    key      text PRIMARY KEY,
    -- The position in the default order.
    position int NOT NULL UNIQUE,
    name     text NOT NULL,
    -- The first day of its first phase; null if it does not belong to the programme.
    begins   date,
    place    geometry(Point, 4326) NOT NULL
);
CREATE TABLE cluster_region (
    cluster_key text NOT NULL REFERENCES cluster,
    region_code text NOT NULL REFERENCES region,
    PRIMARY KEY (cluster_key, region_code)
);

-- The province of a region on a day.
CREATE FUNCTION region_parent(r region, as_of date) RETURNS region LANGUAGE sql STABLE AS $$
    SELECT p.* FROM membership m JOIN region p ON p.code = m.province_code
     WHERE m.region_code = r.code AND m.valid_from <= as_of AND (m.valid_to IS NULL OR as_of <= m.valid_to)
$$;

-- The simplified shape as GeoJSON; one that would vanish is kept in its simplest
-- form. ST_Simplify is the faster of PostGIS's two functions, PostgreSQL inlines the
-- expression, and as JSON the shape is simplified once, where PostGraphile's geometry
-- type would do it several times.
CREATE FUNCTION boundary_simplified(b boundary, tolerance_metres float8) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT ST_AsGeoJSON(coalesce(ST_Simplify(b.shape, tolerance_metres / 111195), ST_Simplify(b.shape, tolerance_metres / 111195, true)), 6)::json
$$;

-- The regions with a designation in force and a cluster of the programme that had begun.
CREATE FUNCTION affirmative_regions_hosting_clusters(as_of date) RETURNS SETOF region LANGUAGE sql STABLE AS $$
    SELECT r.* FROM region r
     WHERE EXISTS (SELECT FROM designation d WHERE d.region_code = r.code AND d.in_force_from <= as_of AND (d.valid_to IS NULL OR as_of <= d.valid_to))
       AND EXISTS (SELECT FROM cluster_region cr JOIN cluster c ON c.key = cr.cluster_key WHERE cr.region_code = r.code AND c.begins <= as_of)
     ORDER BY r.code
$$;

-- The regencies and cities; a condition in PostGraphile can compare with one value
-- only.
CREATE FUNCTION regencies() RETURNS SETOF region LANGUAGE sql STABLE AS $$
    SELECT * FROM region WHERE kind IN ('REGENCY', 'CITY') ORDER BY code
$$;

-- The regions of a cluster in one step, without a page of join rows.
CREATE FUNCTION cluster_regions(c cluster) RETURNS SETOF region LANGUAGE sql STABLE AS $$
    SELECT r.* FROM cluster_region cr JOIN region r ON r.code = cr.region_code WHERE cr.cluster_key = c.key ORDER BY r.code
$$;
