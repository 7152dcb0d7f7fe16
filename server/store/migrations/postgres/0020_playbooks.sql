-- Versions of what an organization's calls listen for, never changed. Without a row it is the playbook that comes with the release. Who
-- saved one is emptied when they are erased.
CREATE TABLE playbooks (
    organization_id UUID NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    version BIGINT NOT NULL CHECK (version > 0),
    content JSONB NOT NULL,
    member_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, version)
);
-- The version that a call was heard with, from when it goes live; none is the one that comes with the release.
ALTER TABLE calls ADD COLUMN playbook_version BIGINT;
