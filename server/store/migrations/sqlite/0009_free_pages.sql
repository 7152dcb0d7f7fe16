-- no-transaction
-- Free pages still hold what was deleted before deleting meant overwriting (`secure_delete`).
VACUUM;
