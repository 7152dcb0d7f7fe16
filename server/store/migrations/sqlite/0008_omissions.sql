-- Pages of a website that somebody deleted: no visit brings them back. They are forgotten with the website.
CREATE TABLE website_omissions (
    organization_id BLOB NOT NULL,
    website_id BLOB NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (website_id, address),
    FOREIGN KEY (organization_id, website_id) REFERENCES websites (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX website_omissions_website ON website_omissions (organization_id, website_id);

-- Claiming looks at all that waits, to be fair between organizations: the index alone tells.
DROP INDEX jobs_waiting;
CREATE INDEX jobs_waiting ON jobs (run_at, id, organization_id, kind) WHERE state = 'waiting';

-- What is deleted is taken out of the word lists at once, not when they are merged some day; the second statements do so with what
-- was deleted before.
INSERT INTO segments_fts (segments_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO segments_fts (segments_fts) VALUES ('rebuild');
INSERT INTO calls_fts (calls_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO calls_fts (calls_fts) VALUES ('rebuild');
INSERT INTO passages_fts (passages_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO passages_fts (passages_fts) VALUES ('rebuild');
