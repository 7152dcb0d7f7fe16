-- `serial` is what the full text index points at; nothing else does.
CREATE TABLE calls (
    serial INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    title TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    company TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('discovery', 'demo', 'pricing', 'negotiation', 'follow_up', 'check_in', 'other')),
    language TEXT NOT NULL,
    vocabulary TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'live', 'finishing', 'ended')),
    source TEXT NOT NULL CHECK (source IN ('browser', 'sample', 'api')),
    recognizer TEXT NOT NULL CHECK (recognizer IN ('command', 'deepgram', 'browser', 'sample', 'none')),
    verbosity TEXT NOT NULL CHECK (verbosity IN ('quiet', 'normal', 'chatty')),
    consent_who TEXT NOT NULL,
    consent_how TEXT NOT NULL CHECK (consent_how IN ('', 'spoken', 'written', 'meeting_notice', 'nobody_else')),
    consent_at TEXT,
    keep_audio INTEGER NOT NULL CHECK (keep_audio IN (0, 1)),
    rep_name TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    notes TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX calls_id ON calls (id);
CREATE UNIQUE INDEX calls_organization_id ON calls (organization_id, id);
CREATE INDEX calls_newest ON calls (organization_id, created_at, id);
CREATE INDEX calls_member ON calls (member_id, created_at, id);
CREATE INDEX calls_unfinished ON calls (created_at) WHERE state IN ('live', 'finishing');

CREATE TABLE segments (
    serial INTEGER NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    call_id BLOB NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    channel TEXT NOT NULL CHECK (channel IN ('rep', 'customer')),
    text TEXT NOT NULL,
    start_ms INTEGER NOT NULL CHECK (start_ms >= 0),
    end_ms INTEGER NOT NULL,
    confidence REAL NOT NULL,
    words TEXT NOT NULL,
    corrected INTEGER NOT NULL CHECK (corrected IN (0, 1)),
    CHECK (end_ms >= start_ms),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX segments_call_number ON segments (call_id, number);
CREATE INDEX segments_organization_call ON segments (organization_id, call_id);

CREATE TABLE cues (
    organization_id BLOB NOT NULL,
    call_id BLOB NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    kind TEXT NOT NULL CHECK (kind IN ('objection', 'question', 'buying_signal', 'competitor', 'risk', 'coaching', 'next_step')),
    topic TEXT NOT NULL,
    title TEXT NOT NULL,
    quote TEXT NOT NULL,
    guidance TEXT NOT NULL,
    evidence TEXT NOT NULL,
    at_ms INTEGER NOT NULL CHECK (at_ms >= 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'kept', 'dismissed', 'collapsed')),
    PRIMARY KEY (call_id, number),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX cues_organization_call ON cues (organization_id, call_id);

CREATE TABLE bookmarks (
    organization_id BLOB NOT NULL,
    call_id BLOB NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    at_ms INTEGER NOT NULL CHECK (at_ms >= 0),
    note TEXT NOT NULL,
    PRIMARY KEY (call_id, number),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX bookmarks_organization_call ON bookmarks (organization_id, call_id);

CREATE TABLE reviews (
    call_id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    insights TEXT NOT NULL,
    metrics TEXT NOT NULL,
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX reviews_organization_call ON reviews (organization_id, call_id);

-- Full text: the index holds no text of its own, triggers keep it in step.
CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, content = 'segments', content_rowid = 'serial', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER segments_fts_insert AFTER INSERT ON segments BEGIN
    INSERT INTO segments_fts (rowid, text) VALUES (new.serial, new.text);
END;
CREATE TRIGGER segments_fts_delete AFTER DELETE ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text) VALUES ('delete', old.serial, old.text);
END;
CREATE TRIGGER segments_fts_update AFTER UPDATE OF text ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text) VALUES ('delete', old.serial, old.text);
    INSERT INTO segments_fts (rowid, text) VALUES (new.serial, new.text);
END;

CREATE VIRTUAL TABLE calls_fts USING fts5 (
    title, contact_name, company, rep_name, customer_name,
    content = 'calls', content_rowid = 'serial', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER calls_fts_insert AFTER INSERT ON calls BEGIN
    INSERT INTO calls_fts (rowid, title, contact_name, company, rep_name, customer_name)
    VALUES (new.serial, new.title, new.contact_name, new.company, new.rep_name, new.customer_name);
END;
CREATE TRIGGER calls_fts_delete AFTER DELETE ON calls BEGIN
    INSERT INTO calls_fts (calls_fts, rowid, title, contact_name, company, rep_name, customer_name)
    VALUES ('delete', old.serial, old.title, old.contact_name, old.company, old.rep_name, old.customer_name);
END;
CREATE TRIGGER calls_fts_update AFTER UPDATE OF title, contact_name, company, rep_name, customer_name ON calls BEGIN
    INSERT INTO calls_fts (calls_fts, rowid, title, contact_name, company, rep_name, customer_name)
    VALUES ('delete', old.serial, old.title, old.contact_name, old.company, old.rep_name, old.customer_name);
    INSERT INTO calls_fts (rowid, title, contact_name, company, rep_name, customer_name)
    VALUES (new.serial, new.title, new.contact_name, new.company, new.rep_name, new.customer_name);
END;
