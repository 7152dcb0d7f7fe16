-- `details` is text, not JSON: the hash is over exactly these bytes.
CREATE TABLE audit_entries (
    organization_id UUID NOT NULL REFERENCES organizations (id),
    number BIGINT NOT NULL CHECK (number > 0),
    actor UUID,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (organization_id, number)
);

-- The newest entry of each organization: what the next one is chained to, and the proof that none is missing at the end.
CREATE TABLE audit_heads (
    organization_id UUID NOT NULL PRIMARY KEY REFERENCES organizations (id),
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
