-- The servers on this database, and until when each of them is believed to be there: those that run calls say so every few seconds.
-- `address` is where other servers reach it; none if it is the only one.
CREATE TABLE servers (
    id TEXT NOT NULL PRIMARY KEY,
    address TEXT,
    started_at {time} NOT NULL,
    renewed_at {time} NOT NULL
){strict};

-- Counts how often a call changed its server: what an earlier one still wants to write is refused.
ALTER TABLE calls ADD COLUMN epoch {int} NOT NULL DEFAULT 0;
