-- Versions of what an organization's calls listen for, never changed. Without a row it is the playbook that comes with the release. Who
-- saved one is emptied when they are erased.
CREATE TABLE playbooks (
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    version INTEGER NOT NULL CHECK (version > 0),
    content TEXT NOT NULL,
    member_id BLOB,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, version)
) STRICT;
-- The version that a call was heard with, from when it goes live; none is the one that comes with the release.
ALTER TABLE calls ADD COLUMN playbook_version INTEGER;
