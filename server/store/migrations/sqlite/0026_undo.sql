-- When somebody deleted it: from then on nobody sees it and it takes no room; for a minute it can be brought back, then a job deletes it for good.
ALTER TABLE calls ADD COLUMN deleted_at TEXT;
ALTER TABLE documents ADD COLUMN deleted_at TEXT;
-- As its document's, so that the sum of what is stored knows of it whichever goes first.
ALTER TABLE document_versions ADD COLUMN deleted_at TEXT;
-- The words of a deleted document that the suggestion had shown, until it is deleted for good.
ALTER TABLE cues ADD COLUMN deleted_source TEXT;
CREATE INDEX cues_deleted_source ON cues (organization_id, (deleted_source ->> 'document')) WHERE deleted_source IS NOT NULL;

DROP TRIGGER organization_storage_file_removed;
CREATE TRIGGER organization_storage_file_removed AFTER DELETE ON document_versions WHEN old.deleted_at IS NULL BEGIN
    UPDATE organization_storage SET documents = documents - old.bytes WHERE organization_id = old.organization_id;
END;
CREATE TRIGGER organization_storage_file_deleted AFTER UPDATE OF deleted_at ON document_versions
WHEN (new.deleted_at IS NULL) <> (old.deleted_at IS NULL) BEGIN
    UPDATE organization_storage SET documents = documents + CASE WHEN new.deleted_at IS NULL THEN new.bytes ELSE -new.bytes END
    WHERE organization_id = new.organization_id;
END;
DROP TRIGGER organization_storage_recorded;
CREATE TRIGGER organization_storage_recorded AFTER UPDATE OF recorded_bytes ON calls
WHEN COALESCE(new.recorded_bytes, 0) <> COALESCE(old.recorded_bytes, 0) AND new.deleted_at IS NULL BEGIN
    INSERT INTO organization_storage (organization_id, documents, recordings)
    VALUES (new.organization_id, 0, COALESCE(new.recorded_bytes, 0) - COALESCE(old.recorded_bytes, 0))
    ON CONFLICT (organization_id) DO UPDATE SET recordings = recordings + excluded.recordings;
END;
DROP TRIGGER organization_storage_call_removed;
CREATE TRIGGER organization_storage_call_removed AFTER DELETE ON calls WHEN old.recorded_bytes <> 0 AND old.deleted_at IS NULL BEGIN
    UPDATE organization_storage SET recordings = recordings - old.recorded_bytes WHERE organization_id = old.organization_id;
END;
CREATE TRIGGER organization_storage_call_deleted AFTER UPDATE OF deleted_at ON calls
WHEN new.recorded_bytes <> 0 AND (new.deleted_at IS NULL) <> (old.deleted_at IS NULL) BEGIN
    INSERT INTO organization_storage (organization_id, documents, recordings)
    VALUES (new.organization_id, 0, CASE WHEN new.deleted_at IS NULL THEN new.recorded_bytes ELSE -new.recorded_bytes END)
    ON CONFLICT (organization_id) DO UPDATE SET recordings = recordings + excluded.recordings;
END;
