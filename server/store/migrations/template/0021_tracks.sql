-- Who is in a call, and on which streams of sound: an empty list is of a call that a server of the version before has made, which has the
-- rep's microphone and the far end only. `rep_name`, `customer_name` and `sides_swapped` say the same to such a server, and the names are
-- what a search finds.
ALTER TABLE calls ADD COLUMN participants {json} NOT NULL DEFAULT '[]';
ALTER TABLE calls ADD COLUMN tracks {json} NOT NULL DEFAULT '[]';
-- On which track a line was heard. None is of the version before: the rep's microphone or the far end, as its side says.
ALTER TABLE segments ADD COLUMN track {int};
UPDATE segments SET track = CASE channel WHEN 'rep' THEN 1 ELSE 0 END WHERE call_id IN (SELECT id FROM calls WHERE sides_swapped);
