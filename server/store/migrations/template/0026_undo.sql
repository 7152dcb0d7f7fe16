-- When somebody deleted it: from then on nobody sees it and it takes no room; for a minute it can be brought back, then a job deletes it for good.
ALTER TABLE calls ADD COLUMN deleted_at {time};
ALTER TABLE documents ADD COLUMN deleted_at {time};
-- As its document's, so that the sum of what is stored knows of it whichever goes first.
ALTER TABLE document_versions ADD COLUMN deleted_at {time};
-- The words of a deleted document that the suggestion had shown, until it is deleted for good.
ALTER TABLE cues ADD COLUMN deleted_source {json};
CREATE INDEX cues_deleted_source ON cues (organization_id, (deleted_source ->> 'document')) WHERE deleted_source IS NOT NULL;

-- only sqlite
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
-- end only
-- only postgres
CREATE FUNCTION organization_storage_of_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'calls' THEN
        PERFORM organization_storage_add(
            NEW.organization_id, 0, CASE WHEN NEW.deleted_at IS NULL THEN NEW.recorded_bytes ELSE -NEW.recorded_bytes END
        );
    ELSE
        PERFORM organization_storage_add(NEW.organization_id, CASE WHEN NEW.deleted_at IS NULL THEN NEW.bytes ELSE -NEW.bytes END, 0);
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER organization_storage_files ON document_versions;
CREATE TRIGGER organization_storage_file_added AFTER INSERT ON document_versions
FOR EACH ROW EXECUTE FUNCTION organization_storage_of_files();
CREATE TRIGGER organization_storage_file_removed AFTER DELETE ON document_versions
FOR EACH ROW WHEN (OLD.deleted_at IS NULL) EXECUTE FUNCTION organization_storage_of_files();
CREATE TRIGGER organization_storage_file_deleted AFTER UPDATE OF deleted_at ON document_versions
FOR EACH ROW WHEN ((NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL)) EXECUTE FUNCTION organization_storage_of_deleted();
DROP TRIGGER organization_storage_recorded ON calls;
CREATE TRIGGER organization_storage_recorded AFTER UPDATE OF recorded_bytes ON calls
FOR EACH ROW WHEN (COALESCE(NEW.recorded_bytes, 0) <> COALESCE(OLD.recorded_bytes, 0) AND NEW.deleted_at IS NULL)
EXECUTE FUNCTION organization_storage_of_calls();
DROP TRIGGER organization_storage_call_removed ON calls;
CREATE TRIGGER organization_storage_call_removed AFTER DELETE ON calls
FOR EACH ROW WHEN (OLD.recorded_bytes <> 0 AND OLD.deleted_at IS NULL) EXECUTE FUNCTION organization_storage_of_calls();
CREATE TRIGGER organization_storage_call_deleted AFTER UPDATE OF deleted_at ON calls
FOR EACH ROW WHEN (NEW.recorded_bytes <> 0 AND (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL))
EXECUTE FUNCTION organization_storage_of_deleted();
-- end only
