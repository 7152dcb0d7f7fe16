-- Which recognizers there are is known in code, where each says what it can do: a new one needs no change of the table. SQLite can't let go
-- of a CHECK alone, but it goes with its column.
ALTER TABLE calls ADD COLUMN recognizer_id TEXT NOT NULL DEFAULT 'none';
UPDATE calls SET recognizer_id = recognizer;
ALTER TABLE calls DROP COLUMN recognizer;
ALTER TABLE calls RENAME COLUMN recognizer_id TO recognizer;
