-- How many bytes an organization's documents (all versions of their files) and recordings take. Triggers keep it in step with the rows, so
-- that a look at it costs one row however much there is, and it is true after every deletion, whichever way the rows went.
CREATE TABLE organization_storage (
    organization_id BLOB NOT NULL PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    documents INTEGER NOT NULL,
    recordings INTEGER NOT NULL
) STRICT;
INSERT INTO organization_storage (organization_id, documents, recordings)
SELECT organization_id, CAST(SUM(bytes) AS INTEGER), 0 FROM document_versions GROUP BY organization_id;

-- Bytes of the call's recording, measured when the call is over; null until then, and for calls of before until the server has looked.
ALTER TABLE calls ADD COLUMN recorded_bytes INTEGER;
CREATE INDEX calls_unmeasured ON calls (organization_id, id) WHERE recorded_bytes IS NULL AND state = 'ended';

CREATE TRIGGER organization_storage_file_added AFTER INSERT ON document_versions BEGIN
    INSERT INTO organization_storage (organization_id, documents, recordings) VALUES (new.organization_id, new.bytes, 0)
    ON CONFLICT (organization_id) DO UPDATE SET documents = documents + excluded.documents;
END;
CREATE TRIGGER organization_storage_file_removed AFTER DELETE ON document_versions BEGIN
    UPDATE organization_storage SET documents = documents - old.bytes WHERE organization_id = old.organization_id;
END;
CREATE TRIGGER organization_storage_recorded AFTER UPDATE OF recorded_bytes ON calls
WHEN COALESCE(new.recorded_bytes, 0) <> COALESCE(old.recorded_bytes, 0) BEGIN
    INSERT INTO organization_storage (organization_id, documents, recordings)
    VALUES (new.organization_id, 0, COALESCE(new.recorded_bytes, 0) - COALESCE(old.recorded_bytes, 0))
    ON CONFLICT (organization_id) DO UPDATE SET recordings = recordings + excluded.recordings;
END;
CREATE TRIGGER organization_storage_call_removed AFTER DELETE ON calls WHEN old.recorded_bytes <> 0 BEGIN
    UPDATE organization_storage SET recordings = recordings - old.recorded_bytes WHERE organization_id = old.organization_id;
END;
