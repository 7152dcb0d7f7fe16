-- `details` is text, not JSON: the hash is over exactly these bytes.
CREATE TABLE audit_entries (
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    number INTEGER NOT NULL CHECK (number > 0),
    actor BLOB,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    at TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (organization_id, number)
) STRICT;

-- The newest entry of each organization: what the next one is chained to, and the proof that none is missing at the end.
CREATE TABLE audit_heads (
    organization_id BLOB NOT NULL PRIMARY KEY REFERENCES organizations (id),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
