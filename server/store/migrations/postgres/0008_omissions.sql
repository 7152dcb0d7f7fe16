-- Pages of a website that somebody deleted: no visit brings them back. They are forgotten with the website.
CREATE TABLE website_omissions (
    organization_id UUID NOT NULL,
    website_id UUID NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (website_id, address),
    FOREIGN KEY (organization_id, website_id) REFERENCES websites (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX website_omissions_website ON website_omissions (organization_id, website_id);

-- Claiming looks at all that waits, to be fair between organizations: the index alone tells.
DROP INDEX jobs_waiting;
CREATE INDEX jobs_waiting ON jobs (run_at, id, organization_id, kind) WHERE state = 'waiting';
