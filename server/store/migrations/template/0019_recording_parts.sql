-- Sealed parts of recordings, with several servers: where stretches of a channel's log lie in the shared storage. `file` is the stored
-- file, `first` the number of its first frame, `start` and `bytes` its place in the log, `end_sample` where the call's timeline stands
-- after it. The call's row may be gone before its parts: a job deletes them with their files.
CREATE TABLE recording_parts (
    file {id} NOT NULL PRIMARY KEY,
    organization_id {id} NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    call_id {id} NOT NULL,
    channel TEXT NOT NULL,
    first {int} NOT NULL,
    frames {int} NOT NULL,
    start {int} NOT NULL,
    bytes {int} NOT NULL,
    end_sample {int} NOT NULL,
    epoch {int} NOT NULL
){strict};
CREATE UNIQUE INDEX recording_parts_of_call ON recording_parts (organization_id, call_id, channel, first);
-- Which data folder holds the end of the recording: its server may go on with its own file.
ALTER TABLE calls ADD COLUMN node TEXT;
