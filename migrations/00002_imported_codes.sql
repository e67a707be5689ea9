-- +goose Up

-- Codes that an agency imported stay when a newer binary writes its facts again.
ALTER TABLE region_codes ADD COLUMN built_in boolean NOT NULL DEFAULT true;
ALTER TABLE region_codes ALTER COLUMN built_in DROP DEFAULT;

-- +goose Down
DELETE FROM region_codes WHERE NOT built_in;
ALTER TABLE region_codes DROP COLUMN built_in;
