-- What a call is found by: the terms of its title, its names and its lines, cut by the program, so that both engines find the same. A row a
-- call, not a line: a word that half of all lines have is in as many rows as there are calls. `serial` is when the call was made, in
-- microseconds, so that the newest calls with a term are the last ones in the index. `version` is by which rules the terms were cut: calls without
-- a row, or with one of older rules, are indexed by a job.
CREATE TABLE call_terms (
    serial INTEGER NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    call_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    terms TEXT NOT NULL,
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX call_terms_call ON call_terms (organization_id, call_id);

-- Terms of lines that are not in their call's row yet: a live call's row is written anew when it has ended.
CREATE TABLE call_lines (
    organization_id BLOB NOT NULL,
    call_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    terms TEXT NOT NULL,
    PRIMARY KEY (call_id, number),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX call_lines_call ON call_lines (organization_id, call_id);

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
