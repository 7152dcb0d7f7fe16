-- How many bytes an organization's documents (all versions of their files) and recordings take. Triggers keep it in step with the rows, so
-- that a look at it costs one row however much there is, and it is true after every deletion, whichever way the rows went.
CREATE TABLE organization_storage (
    organization_id {id} NOT NULL PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    documents {int} NOT NULL,
    recordings {int} NOT NULL
){strict};
INSERT INTO organization_storage (organization_id, documents, recordings)
SELECT organization_id, CAST(SUM(bytes) AS {int}), 0 FROM document_versions GROUP BY organization_id;

-- Bytes of the call's recording, measured when the call is over; null until then, and for calls of before until the server has looked.
ALTER TABLE calls ADD COLUMN recorded_bytes {int};
CREATE INDEX calls_unmeasured ON calls (organization_id, id) WHERE recorded_bytes IS NULL AND state = 'ended';

-- only sqlite
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
-- end only
-- only postgres
CREATE FUNCTION organization_storage_add(organization UUID, files BIGINT, sound BIGINT) RETURNS void LANGUAGE sql AS $$
    INSERT INTO organization_storage (organization_id, documents, recordings) VALUES (organization, files, sound)
    ON CONFLICT (organization_id) DO UPDATE
    SET documents = organization_storage.documents + excluded.documents, recordings = organization_storage.recordings + excluded.recordings;
$$;
CREATE FUNCTION organization_storage_take(organization UUID, files BIGINT, sound BIGINT) RETURNS void LANGUAGE sql AS $$
    UPDATE organization_storage SET documents = documents - files, recordings = recordings - sound WHERE organization_id = organization;
$$;
CREATE FUNCTION organization_storage_of_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM organization_storage_add(NEW.organization_id, NEW.bytes, 0);
    ELSE
        PERFORM organization_storage_take(OLD.organization_id, OLD.bytes, 0);
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION organization_storage_of_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM organization_storage_take(OLD.organization_id, 0, OLD.recorded_bytes);
    ELSE
        PERFORM organization_storage_add(NEW.organization_id, 0, COALESCE(NEW.recorded_bytes, 0) - COALESCE(OLD.recorded_bytes, 0));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER organization_storage_files AFTER INSERT OR DELETE ON document_versions
FOR EACH ROW EXECUTE FUNCTION organization_storage_of_files();
CREATE TRIGGER organization_storage_recorded AFTER UPDATE OF recorded_bytes ON calls
FOR EACH ROW WHEN (COALESCE(NEW.recorded_bytes, 0) <> COALESCE(OLD.recorded_bytes, 0)) EXECUTE FUNCTION organization_storage_of_calls();
CREATE TRIGGER organization_storage_call_removed AFTER DELETE ON calls
FOR EACH ROW WHEN (OLD.recorded_bytes <> 0) EXECUTE FUNCTION organization_storage_of_calls();
-- end only
