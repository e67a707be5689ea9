-- The data for tiles, in Web Mercator (EPSG:3857) as a tile server stores it.
CREATE TABLE measured.tile_region (
    code          text PRIMARY KEY,
    id            int NOT NULL,
    name          text NOT NULL,
    kind          text NOT NULL,
    province      text NOT NULL,
    affirmative   text NOT NULL,
    disadvantaged text NOT NULL,
    border        text NOT NULL,
    cluster_count int NOT NULL,
    label         geometry(Point, 3857) NOT NULL,
    shape         geometry(MultiPolygon, 3857) NOT NULL
);
CREATE INDEX ON measured.tile_region USING gist (label);

-- The simplified shapes for a zoom; -1 for those as imported.
CREATE TABLE measured.tile_shape (
    zoom  int NOT NULL,
    code  text NOT NULL REFERENCES measured.tile_region,
    shape geometry(Geometry, 3857) NOT NULL,
    PRIMARY KEY (zoom, code)
);
ALTER TABLE measured.tile_shape ALTER shape SET STORAGE EXTERNAL;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE INDEX ON measured.tile_shape USING gist (zoom, shape);

CREATE TABLE measured.tile_cluster AS
SELECT key, name, ST_Transform(place, 3857) AS place, (SELECT string_agg(region_code, ', ') FROM peer.cluster_region WHERE cluster_key = key) AS regions
  FROM peer.cluster ORDER BY position;
CREATE INDEX ON measured.tile_cluster USING gist (place);
