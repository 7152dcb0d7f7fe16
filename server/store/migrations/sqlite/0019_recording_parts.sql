-- Sealed parts of recordings, with several servers: where stretches of a channel's log lie in the shared storage. `file` is the stored
-- file, `first` the number of its first frame, `start` and `bytes` its place in the log, `end_sample` where the call's timeline stands
-- after it. The call's row may be gone before its parts: a job deletes them with their files.
CREATE TABLE recording_parts (
    file BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    call_id BLOB NOT NULL,
    channel TEXT NOT NULL,
    first INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    start INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    end_sample INTEGER NOT NULL,
    epoch INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX recording_parts_of_call ON recording_parts (organization_id, call_id, channel, first);
-- Which data folder holds the end of the recording: its server may go on with its own file.
ALTER TABLE calls ADD COLUMN node TEXT;
