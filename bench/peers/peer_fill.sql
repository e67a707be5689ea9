-- The rest of what the peers are given, once boundaries and clusters are there.
SET search_path = peer, public;

INSERT INTO membership SELECT region_code, province_code, valid_from, valid_to FROM public.memberships;
INSERT INTO designation
SELECT id, region_code, kind, regulation,
       CASE precision WHEN 'YEAR' THEN (date_trunc('year', valid_from) + interval '1 year - 1 day')::date
                      WHEN 'MONTH' THEN (date_trunc('month', valid_from) + interval '1 month - 1 day')::date
                      ELSE valid_from END,
       valid_to
  FROM public.designations;

CREATE INDEX ON cluster_region (region_code);
CREATE INDEX ON cluster (begins);
CREATE INDEX ON cluster USING gist (place);
CREATE INDEX ON cluster USING gist ((place::geography));

-- Kept apart from what PostGraphile publishes: only the measurements read these.
CREATE SCHEMA measured;
CREATE TABLE measured.regency AS SELECT code, boundary AS shape FROM region WHERE kind <> 'PROVINCE' AND boundary IS NOT NULL ORDER BY code;
ALTER TABLE measured.regency ADD PRIMARY KEY (code);
CREATE INDEX ON measured.regency USING gist (shape);
-- The stronger form for points: shapes cut into pieces of few vertices.
CREATE TABLE measured.regency_piece AS SELECT code, ST_Subdivide(shape, 64) AS shape FROM measured.regency;
CREATE INDEX ON measured.regency_piece USING gist (shape);
