WITH tile AS (
    SELECT ST_TileEnvelope($1, $2, $3) AS box, ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096) AS wide, 40075016.685578488 / 2 ^ ($1 + 3) AS cell
), region AS MATERIALIZED (
    SELECT r.*, ST_AsMVTGeom(s.shape, box, 4096, 64, true) AS geom
      FROM tile, measured.tile_shape s JOIN measured.tile_region r USING (code)
     WHERE s.zoom = $4 AND s.shape && wide
)
SELECT coalesce((SELECT ST_AsMVT(p, 'provinces', 4096, 'geom', 'id') FROM (
         SELECT id, code, name, kind, affirmative, disadvantaged, border, cluster_count AS "clusterCount", geom
           FROM region WHERE kind = 'PROVINCE' AND geom IS NOT NULL) p), '')
    || coalesce((SELECT ST_AsMVT(r, 'regencies', 4096, 'geom', 'id') FROM (
         SELECT id, code, name, kind, province, affirmative, disadvantaged, border, cluster_count AS "clusterCount", geom
           FROM region WHERE kind <> 'PROVINCE' AND geom IS NOT NULL) r), '')
    || coalesce((SELECT ST_AsMVT(c, 'clusters', 4096, 'geom') FROM (
         SELECT count(*) AS count, CASE WHEN count(*) = 1 THEN min(key) END AS key, CASE WHEN count(*) = 1 THEN min(c.name) END AS name,
                CASE WHEN count(*) = 1 THEN min(regions) END AS regions,
                ST_AsMVTGeom(ST_Point(avg(ST_X(place)), avg(ST_Y(place)), 3857), (SELECT box FROM tile)) AS geom
           FROM tile, measured.tile_cluster c WHERE place && box
          GROUP BY floor((ST_X(place) + 20037508.342789244) / cell), floor((ST_Y(place) + 20037508.342789244) / cell)) c), '')
    || coalesce((SELECT ST_AsMVT(l, 'labels', 4096, 'geom', 'id') FROM (
         SELECT id, code, name, kind, ST_AsMVTGeom(label, box) AS geom
           FROM tile, measured.tile_region r WHERE label && box) l), '')
