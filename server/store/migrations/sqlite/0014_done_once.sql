-- Whose sound is in which file is the row's say, so that words and sound change sides by one commit.
ALTER TABLE calls ADD COLUMN sides_swapped INTEGER NOT NULL DEFAULT FALSE;

-- Set by the commit of what was asked: a request that was done is not done again, though its answer may be lost.
ALTER TABLE idempotency_keys ADD COLUMN done INTEGER NOT NULL DEFAULT FALSE;
