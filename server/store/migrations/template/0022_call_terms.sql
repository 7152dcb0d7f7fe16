-- What a call is found by: the terms of its title, its names and its lines, cut by the program, so that both engines find the same. A row a
-- call, not a line: a word that half of all lines have is in as many rows as there are calls. `serial` is when the call was made, in
-- microseconds, so that the newest calls with a term are the last ones in the index. `version` is by which rules the terms were cut: calls without
-- a row, or with one of older rules, are indexed by a job.
CREATE TABLE call_terms (
    serial {int} NOT NULL PRIMARY KEY,
    organization_id {id} NOT NULL,
    call_id {id} NOT NULL,
    member_id {id} NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at {time} NOT NULL,
    version {int} NOT NULL,
    terms TEXT NOT NULL,
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
){strict};
CREATE UNIQUE INDEX call_terms_call ON call_terms (organization_id, call_id);

-- Terms of lines that are not in their call's row yet: a live call's row is written anew when it has ended.
CREATE TABLE call_lines (
    organization_id {id} NOT NULL,
    call_id {id} NOT NULL,
    number {int} NOT NULL,
    terms TEXT NOT NULL,
    PRIMARY KEY (call_id, number),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
){strict};
CREATE INDEX call_lines_call ON call_lines (organization_id, call_id);

-- only sqlite
-- `ascii` splits at the spaces between terms and nowhere else.
CREATE VIRTUAL TABLE call_terms_fts USING fts5 (
    terms, content = 'call_terms', content_rowid = 'serial', tokenize = 'ascii', detail = none, columnsize = 0
);
INSERT INTO call_terms_fts (call_terms_fts, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER call_terms_fts_insert AFTER INSERT ON call_terms BEGIN
    INSERT INTO call_terms_fts (rowid, terms) VALUES (new.serial, new.terms);
END;
CREATE TRIGGER call_terms_fts_delete AFTER DELETE ON call_terms BEGIN
    INSERT INTO call_terms_fts (call_terms_fts, rowid, terms) VALUES ('delete', old.serial, old.terms);
END;
CREATE TRIGGER call_terms_fts_update AFTER UPDATE OF terms ON call_terms BEGIN
    INSERT INTO call_terms_fts (call_terms_fts, rowid, terms) VALUES ('delete', old.serial, old.terms);
    INSERT INTO call_terms_fts (rowid, terms) VALUES (new.serial, new.terms);
END;
-- The index of each line, which this one replaces.
DROP TRIGGER segments_fts_insert;
DROP TRIGGER segments_fts_delete;
DROP TRIGGER segments_fts_update;
DROP TABLE segments_fts;
DROP TRIGGER calls_fts_insert;
DROP TRIGGER calls_fts_delete;
DROP TRIGGER calls_fts_update;
DROP TABLE calls_fts;
-- end only
-- only postgres
ALTER TABLE call_terms ADD COLUMN search TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED;
-- A call's state changes in place.
ALTER TABLE call_terms SET (fillfactor = 80);
CREATE INDEX call_terms_search ON call_terms USING gin (search) WITH (fastupdate = off);
-- The newest calls with these terms. Always by the index of terms: the planner takes the table for a small one, as it doesn't see how large the
-- vectors beside it are. So nothing else here is said in a way that any other index serves.
CREATE FUNCTION calls_with_terms(
    wanted TSQUERY, of_organization UUID, in_state TEXT, of_kind TEXT, of_member UUID, made_from TIMESTAMPTZ, made_until TIMESTAMPTZ,
    from_serial BIGINT, before_serial BIGINT, most BIGINT
) RETURNS TABLE (serial BIGINT, call_id UUID) LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    SELECT t.serial, t.call_id FROM call_terms t
    WHERE t.search @@ wanted AND (t.organization_id = of_organization) IS TRUE
        AND (in_state IS NULL OR t.state = in_state) AND (of_kind IS NULL OR t.kind = of_kind) AND (of_member IS NULL OR t.member_id = of_member)
        AND t.created_at >= made_from AND t.created_at < made_until AND t.serial + 0 >= from_serial AND t.serial + 0 < before_serial
    ORDER BY t.serial + 0 DESC LIMIT most
$$;
-- The index of each line, which this one replaces. The columns stay for servers of the version before.
DROP INDEX segments_search;
DROP INDEX calls_search;
-- end only
