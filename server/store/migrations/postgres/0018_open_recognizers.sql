-- Which recognizers there are is known in code, where each says what it can do: a new one needs no change of the table. SQLite can't let go
-- of a CHECK alone, but it goes with its column.
ALTER TABLE calls DROP CONSTRAINT calls_recognizer_check;
