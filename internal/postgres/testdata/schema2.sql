-- A record as programs and imports left it at schema 2.
INSERT INTO sources (id, title, publisher, published, url, licence) VALUES
    ('wilayah-boundaries', 'wilayah_boundaries', 'cahyadsn', '2025', 'https://github.com/cahyadsn/wilayah_boundaries', 'MIT'),
    ('perpres', 'Perpres "63"/2020', '', '2020-04', '', ''),
    ('jica', 'JICA', 'JICA', '2017-10-19', '', ''),
    ('cited-agency', 'agency''s own list', '', '', '', '');
INSERT INTO citations (id) VALUES ('wilayah-boundaries'), ('perpres'), ('jica+perpres'), ('cited-agency'), ('jica');
INSERT INTO citation_sources VALUES ('wilayah-boundaries', 0, 'wilayah-boundaries'), ('perpres', 0, 'perpres'),
    ('jica+perpres', 0, 'perpres'), ('jica+perpres', 1, 'jica'), ('cited-agency', 0, 'cited-agency'), ('jica', 0, 'jica');
INSERT INTO regions (code, kind, name, lon, lat, west, south, east, north, valid_from, valid_to, citation_id) VALUES
    ('91', 'PROVINCE', 'Papua', 138.5, -4.1, 134.2, -9.1, 141, 0.5, '2014-07-23', NULL, 'wilayah-boundaries'),
    ('94', 'PROVINCE', 'Papua Tengah', 136, -3.9, 134.5, -5, 138, -2.9, '2022-07-25', NULL, 'wilayah-boundaries'),
    ('94.06', 'REGENCY', 'Kabupaten Dogiyai', 135.9, -4.07, 135.2, -4.3, 136.1, -3.7, '2014-07-23', NULL, 'wilayah-boundaries');
INSERT INTO region_codes (region_code, system, value, valid_from, valid_to, citation_id, built_in) VALUES
    ('94.06', 'KEMENDAGRI', '94.06', NULL, NULL, 'wilayah-boundaries', true),
    ('94', 'ISO_3166_2', 'ID-PT', NULL, NULL, 'wilayah-boundaries', true),
    ('94.06', 'BPS', '9408', NULL, '2022-07-24', 'cited-agency', false),
    ('94.06', 'BPS', '9408', '2022-07-25', NULL, 'cited-agency', false);
INSERT INTO memberships (region_code, province_code, valid_from, valid_to, law, citation_id) VALUES
    ('94.06', '91', '2014-07-23', '2022-07-24', '', 'wilayah-boundaries'), ('94.06', '94', '2022-07-25', NULL, 'UU 15/2022', 'wilayah-boundaries');
INSERT INTO successions VALUES ('91', '94', '2022-07-25', 'UU 15/2022', 'wilayah-boundaries');
INSERT INTO boundaries (region_code, valid_from, valid_to, shape, origin, citation_id) VALUES
    -- MULTIPOLYGON(((135 -4, 136 -4, 136 -3, 135 -4))), little-endian with SRID 4326.
    ('94.06', '2014-07-23', NULL, '\x0106000020e610000001000000010300000001000000040000000000000000e0604000000000000010c0000000000000614000000000000010c0000000000000614000000000000008c00000000000e0604000000000000010c0', 'IMPORTED', 'cited-agency');
INSERT INTO designations (id, region_code, kind, regulation, valid_from, precision, valid_to, confidence, countries, citation_id, built_in) VALUES
    ('94.06-disadvantaged-perpres-63-2020', '94.06', 'DISADVANTAGED', 'Perpres 63/2020', '2020-04-01', 'MONTH', '2024-12-31', 'LISTED', '{}', 'jica+perpres', true),
    ('94.06-border-perpres-1-2030', '94.06', 'BORDER', 'Perpres 1/2030', '2030-01-01', 'YEAR', NULL, 'PARTIAL', '{PG,TL}', 'cited-agency', false);
INSERT INTO designation_coverage (kind, province_code, extent, valid_from, precision, valid_to, regulation, confidence, note, citation_id) VALUES
    ('DISADVANTAGED', NULL, 'COMPLETE', '2020-04-27', 'DAY', '2024-12-31', 'Perpres 63/2020', 'LISTED', 'all of them', 'perpres'),
    ('BORDER', '94', 'NONE', NULL, NULL, NULL, '', 'INFERRED', 'no border', 'perpres');
INSERT INTO phases VALUES ('2017', '2017', NULL, 'jica'), ('2013-2016', '2013', '2016', 'jica');
INSERT INTO products VALUES ('coffee-processing', 'coffee processing', 'pengolahan kopi', 'jica'), ('silver', 'silver', 'perak', 'cited-agency');
INSERT INTO clusters (key, name_en, name_id, region_note, province_named, point, precision, initial_target, citation_id, built_in) VALUES
    ('2017-94.06-coffee-processing', 'Coffee', 'Kopi', 'a note', 'Papua', NULL, 'REGENCY', true, 'jica', true),
    -- POINT(115.17 -8.58)
    ('x-1', 'Silver', 'Perak', '', '', '\x0101000020e61000007b14ae47e1ca5c40295c8fc2f52821c0', 'POINT', NULL, 'cited-agency', false),
    -- POINT(0 0.1)
    ('x-2', 'Silver', 'Perak', '', '', '\x0101000020e610000000000000000000009a9999999999b93f', 'POINT', false, 'cited-agency', false);
INSERT INTO cluster_regions VALUES ('2017-94.06-coffee-processing', 0, '94.06'), ('x-1', 0, '94.06'), ('x-1', 1, '94'), ('x-2', 0, '94');
INSERT INTO cluster_products VALUES ('2017-94.06-coffee-processing', 0, 'coffee-processing'), ('x-1', 0, 'silver'), ('x-1', 1, 'coffee-processing');
INSERT INTO cluster_phases VALUES ('2017-94.06-coffee-processing', 0, '2017'), ('x-1', 0, '2017'), ('x-2', 0, '2017');
INSERT INTO selection_grounds VALUES ('STRATEGIC_THEME', 1, '{market,"skills, all"}', 'jica'), ('SUPPORT_SOURCE', 0, '{fund}', 'jica');
INSERT INTO cluster_grounds VALUES ('x-1', 'STRATEGIC_THEME', false, 'cited-agency');
INSERT INTO events (region_code, kind, date, place, with_whom, what, value, note, citation_id) VALUES
    ('94.06', 'OUTCOME', '2016', '', '', 'farmers', 12, '', 'jica'), ('94.06', 'LAUNCH', '2017-10-19', 'Moanemani', 'JICA', '', NULL, 'n', 'jica'),
    ('94.06', 'LAUNCH', '2017-10-19', 'Nabire', 'JICA', '', NULL, '', 'jica');
INSERT INTO programme (details, citation_id) VALUES ('{"NameEN": "A programme", "Abbreviation": "AP", "Agencies": ["Ministry", "JICA"], "Grounds": null,
    "InitialTargetProvinces": ["Papua"], "AccompanyingMeasures": null, "MethodStructure": ["platform"],
    "MethodSteps": [{"Name": "diagnosis", "Parts": ["a", "b"]}, {"Name": "plan", "Parts": null}], "MethodSources": ["jica"],
    "NotStated": ["dates"], "Sources": ["jica"]}', 'jica');
