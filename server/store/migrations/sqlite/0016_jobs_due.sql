-- When the next job is due asks with `fence >= 0`, which always holds: no other statement's planner can take this index. With old figures it
-- took it for the next job of a share, and read all that wait.
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (queue, run_at) WHERE state = 'waiting' AND fence >= 0;
