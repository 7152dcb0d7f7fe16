-- Which server process runs a call, and when that server or one of the call's pages was last there: a call lives as long as one of them.
ALTER TABLE calls ADD COLUMN owner TEXT;
ALTER TABLE calls ADD COLUMN last_seen_at TIMESTAMPTZ;
