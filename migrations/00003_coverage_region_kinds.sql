-- +goose Up

-- A coverage may speak of some kinds of regions only, given with spaces between: no
-- city is disadvantaged.
ALTER TABLE designation_coverage
    ADD COLUMN region_kinds text NOT NULL DEFAULT '' CHECK (region_kinds ~ '^((PROVINCE|REGENCY|CITY)( (PROVINCE|REGENCY|CITY))*)?$'),
    DROP CONSTRAINT designation_coverage_one_at_a_time;
ALTER TABLE designation_coverage ALTER COLUMN region_kinds DROP DEFAULT,
    ADD CONSTRAINT designation_coverage_one_at_a_time EXCLUDE USING gist (
        int8range(hashtextextended(kind || ' ' || coalesce(province_code, '') || ' ' || region_kinds, 0), hashtextextended(kind || ' ' || coalesce(province_code, '') || ' ' || region_kinds, 0), '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&);

-- +goose Down
DELETE FROM designation_coverage WHERE region_kinds <> '';
ALTER TABLE designation_coverage
    DROP CONSTRAINT designation_coverage_one_at_a_time,
    ADD CONSTRAINT designation_coverage_one_at_a_time EXCLUDE USING gist (
        int8range(hashtextextended(kind || ' ' || coalesce(province_code, ''), 0), hashtextextended(kind || ' ' || coalesce(province_code, ''), 0), '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&),
    DROP COLUMN region_kinds;
