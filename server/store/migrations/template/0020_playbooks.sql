-- Versions of what an organization's calls listen for, never changed. Without a row it is the playbook that comes with the release. Who
-- saved one is emptied when they are erased.
CREATE TABLE playbooks (
    organization_id {id} NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    version {int} NOT NULL CHECK (version > 0),
    content {json} NOT NULL,
    member_id {id},
    created_at {time} NOT NULL,
    PRIMARY KEY (organization_id, version)
){strict};
-- The version that a call was heard with, from when it goes live; none is the one that comes with the release.
ALTER TABLE calls ADD COLUMN playbook_version {int};
