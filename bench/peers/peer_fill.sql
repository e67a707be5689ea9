-- The rest of the peers' schema, once its tables are filled.
SET search_path = peer, public;

UPDATE region r SET province_code = (SELECT m.province_code FROM membership m WHERE m.region_code = r.code AND m.valid_to IS NULL);

CREATE INDEX ON boundary USING gist (shape);
CREATE INDEX ON cluster_region (region_code);
CREATE INDEX ON cluster (begins);
CREATE INDEX ON cluster USING gist (place);

-- Used only by the SQL measurements, and separate from what PostGraphile publishes.
CREATE SCHEMA measured;
CREATE TABLE measured.regency AS SELECT region_code AS code, shape FROM boundary JOIN region ON code = region_code WHERE kind <> 'PROVINCE' ORDER BY 1;
ALTER TABLE measured.regency ALTER shape SET STORAGE EXTERNAL, ADD PRIMARY KEY (code);
CREATE INDEX ON measured.regency USING gist (shape);
-- An optimisation for points: shapes cut into pieces with few vertices.
CREATE TABLE measured.regency_piece AS SELECT code, ST_Subdivide(shape, 64) AS shape FROM measured.regency;
CREATE INDEX ON measured.regency_piece USING gist (shape);
-- An optimisation for distances: the location is already a geography.
CREATE TABLE measured.cluster_place AS SELECT key, place::geography AS place FROM cluster ORDER BY position;
CREATE INDEX ON measured.cluster_place USING gist (place);
