-- When somebody deleted it: from then on nobody sees it and it takes no room; for a minute it can be brought back, then a job deletes it for good.
ALTER TABLE calls ADD COLUMN deleted_at TIMESTAMPTZ;
ALTER TABLE documents ADD COLUMN deleted_at TIMESTAMPTZ;
-- As its document's, so that the sum of what is stored knows of it whichever goes first.
ALTER TABLE document_versions ADD COLUMN deleted_at TIMESTAMPTZ;
-- The words of a deleted document that the suggestion had shown, until it is deleted for good.
ALTER TABLE cues ADD COLUMN deleted_source JSONB;
CREATE INDEX cues_deleted_source ON cues (organization_id, (deleted_source ->> 'document')) WHERE deleted_source IS NOT NULL;

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
