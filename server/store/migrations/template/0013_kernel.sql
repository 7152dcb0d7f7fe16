-- Jobs get a queue, a priority, a version of their payload, what they are about, a key that keeps the same work from waiting twice, and a
-- fence that only grows: a worker that comes back late changes nothing.
ALTER TABLE jobs ADD COLUMN queue TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN priority {int} NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN version {int} NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN deduplication TEXT;
ALTER TABLE jobs ADD COLUMN fence {int} NOT NULL DEFAULT 0;
-- The organization, or zeros for the server's own work: what workers are shared out by.
ALTER TABLE jobs ADD COLUMN share {id} NOT NULL DEFAULT {nil};
UPDATE jobs SET fence = attempts, share = COALESCE(organization_id, {nil}),
    kind = CASE kind
        WHEN 'knowledge.upkeep.embed' THEN 'knowledge.embed'
        WHEN 'knowledge.upkeep.visit' THEN 'knowledge.visit'
        WHEN 'knowledge.upkeep.delete_files' THEN 'knowledge.delete_files'
        ELSE kind END,
    queue = CASE
        WHEN kind LIKE 'calls.%' THEN 'calls'
        WHEN kind = 'knowledge.ingest' THEN 'knowledge.ingest'
        ELSE 'knowledge.upkeep' END,
    subject = COALESCE(payload ->> 'call', payload ->> 'document', payload ->> 'website', '');
DROP INDEX jobs_waiting;
DROP INDEX jobs_running;
DROP INDEX jobs_organization;
DROP INDEX jobs_running_organization;
CREATE INDEX jobs_waiting ON jobs (queue, share, priority DESC, run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_due ON jobs (queue, run_at) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (queue, lease_until, share) WHERE state = 'running';
CREATE INDEX jobs_dead ON jobs (organization_id, run_at, id) WHERE state = 'dead';
CREATE INDEX jobs_organization ON jobs (organization_id);
CREATE INDEX jobs_subject ON jobs (organization_id, kind, subject);
CREATE UNIQUE INDEX jobs_deduplication ON jobs (kind, share, deduplication) WHERE state = 'waiting' AND deduplication IS NOT NULL;

-- When a schedule is due next. Whoever moves it on enqueues its job, so it runs once however many servers there are.
CREATE TABLE schedules (
    name TEXT NOT NULL PRIMARY KEY,
    cron TEXT NOT NULL,
    next_at {time} NOT NULL
){strict};

-- What happened, written with the change. `position` is given afterwards, in one order for all readers; `member_id` is whom it belongs to,
-- for who sees only what is their own; `open_to` is a permission of those who may see it too.
CREATE TABLE events (
    id {id} NOT NULL PRIMARY KEY,
    position {int},
    organization_id {id} NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    member_id {id},
    open_to TEXT,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload {json} NOT NULL,
    at {time} NOT NULL
){strict};
CREATE UNIQUE INDEX events_position ON events (position) WHERE position IS NOT NULL;
CREATE INDEX events_pending ON events (id) WHERE position IS NULL;
CREATE INDEX events_organization ON events (organization_id, position);
CREATE INDEX events_at ON events (at);
CREATE TABLE event_head (
    one {int} NOT NULL PRIMARY KEY CHECK (one = 1),
    position {int} NOT NULL
){strict};
INSERT INTO event_head (one, position) VALUES (1, 0);

-- Who has a part of the program that not everybody has. `member_id` is zeros for the whole organization; `share` is of a hundred calls.
CREATE TABLE feature_flags (
    organization_id {id} NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    member_id {id} NOT NULL DEFAULT {nil},
    share {int} NOT NULL CHECK (share >= 0 AND share <= 100),
    PRIMARY KEY (organization_id, name, member_id)
){strict};

-- Credentials for other services, sealed; the key ring is not in the database.
CREATE TABLE credentials (
    organization_id {id} NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (organization_id, name)
){strict};

-- What was used, by meter and day (UTC).
CREATE TABLE usage_days (
    organization_id {id} NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    meter TEXT NOT NULL,
    day TEXT NOT NULL,
    amount {int} NOT NULL,
    PRIMARY KEY (organization_id, meter, day)
){strict};

-- Answers to requests that carried an Idempotency-Key, for a day. `status` is none while the first request runs.
CREATE TABLE idempotency_keys (
    organization_id {id} NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    member_id {id} NOT NULL,
    key TEXT NOT NULL,
    fingerprint {bytes} NOT NULL,
    status {int},
    headers {json} NOT NULL,
    body {bytes} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (organization_id, member_id, key)
){strict};
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- What has expired is looked for every hour.
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at);
CREATE INDEX password_resets_expires ON password_resets (expires_at);
CREATE INDEX sign_ups_expires ON sign_ups (expires_at);
