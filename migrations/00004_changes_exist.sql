-- +goose Up

-- That the change of a row exists is checked once for each statement, and not row by
-- row: a change may write a hundred thousand. Changes stay, so that checking what is
-- written is enough.

ALTER TABLE change_items DROP CONSTRAINT change_items_change_fkey;
ALTER TABLE entities DROP CONSTRAINT entities_change_fkey;

-- +goose StatementBegin
CREATE FUNCTION change_exists() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    missing bigint;
BEGIN
    SELECT change INTO missing FROM (SELECT DISTINCT change FROM written) AS w
        WHERE NOT EXISTS (SELECT FROM changes WHERE number = change) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% of % refused: there is no change %', TG_OP, TG_TABLE_NAME, missing
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER change_exists AFTER INSERT ON change_items REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION change_exists();
CREATE TRIGGER change_exists AFTER INSERT ON entities REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION change_exists();
CREATE TRIGGER updated_change_exists AFTER UPDATE ON entities REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION change_exists();

-- +goose Down

DROP TRIGGER updated_change_exists ON entities;
DROP TRIGGER change_exists ON entities;
DROP TRIGGER change_exists ON change_items;
DROP FUNCTION change_exists();
ALTER TABLE entities ADD CONSTRAINT entities_change_fkey FOREIGN KEY (change) REFERENCES changes;
ALTER TABLE change_items ADD CONSTRAINT change_items_change_fkey FOREIGN KEY (change) REFERENCES changes;
