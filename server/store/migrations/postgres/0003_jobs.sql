CREATE TABLE jobs (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID REFERENCES organizations (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL CHECK (max_attempts > 0),
    run_at TIMESTAMPTZ NOT NULL,
    worker TEXT,
    lease_until TIMESTAMPTZ,
    error TEXT
);
CREATE INDEX jobs_waiting ON jobs (run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_organization ON jobs (organization_id);
