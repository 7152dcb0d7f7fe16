-- How many jobs each organization has running, out of the index alone.
CREATE INDEX jobs_running_organization ON jobs (organization_id, lease_until, kind) WHERE state = 'running';
