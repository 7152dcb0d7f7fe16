-- The passage that a card shows: a citation, with its words. It goes with its document.
ALTER TABLE cues ADD COLUMN source TEXT;
CREATE INDEX cues_source ON cues (organization_id, (source ->> 'document')) WHERE source IS NOT NULL;
