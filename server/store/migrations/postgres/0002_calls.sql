-- `serial` is what the full text index points at; nothing else does.
CREATE TABLE calls (
    serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    member_id UUID NOT NULL,
    title TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    company TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('discovery', 'demo', 'pricing', 'negotiation', 'follow_up', 'check_in', 'other')),
    language TEXT NOT NULL,
    vocabulary JSONB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'live', 'finishing', 'ended')),
    source TEXT NOT NULL CHECK (source IN ('browser', 'sample', 'api')),
    recognizer TEXT NOT NULL CHECK (recognizer IN ('command', 'deepgram', 'browser', 'sample', 'none')),
    verbosity TEXT NOT NULL CHECK (verbosity IN ('quiet', 'normal', 'chatty')),
    consent_who TEXT NOT NULL,
    consent_how TEXT NOT NULL CHECK (consent_how IN ('', 'spoken', 'written', 'meeting_notice', 'nobody_else')),
    consent_at TIMESTAMPTZ,
    keep_audio BOOLEAN NOT NULL,
    rep_name TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    notes TEXT NOT NULL,
    started_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    duration_ms BIGINT NOT NULL CHECK (duration_ms >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX calls_id ON calls (id);
CREATE UNIQUE INDEX calls_organization_id ON calls (organization_id, id);
CREATE INDEX calls_newest ON calls (organization_id, created_at, id);
CREATE INDEX calls_member ON calls (member_id, created_at, id);
CREATE INDEX calls_unfinished ON calls (created_at) WHERE state IN ('live', 'finishing');

CREATE TABLE segments (
    serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id UUID NOT NULL,
    call_id UUID NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    channel TEXT NOT NULL CHECK (channel IN ('rep', 'customer')),
    text TEXT NOT NULL,
    start_ms BIGINT NOT NULL CHECK (start_ms >= 0),
    end_ms BIGINT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    words JSONB NOT NULL,
    corrected BOOLEAN NOT NULL,
    CHECK (end_ms >= start_ms),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX segments_call_number ON segments (call_id, number);
CREATE INDEX segments_organization_call ON segments (organization_id, call_id);

CREATE TABLE cues (
    organization_id UUID NOT NULL,
    call_id UUID NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    kind TEXT NOT NULL CHECK (kind IN ('objection', 'question', 'buying_signal', 'competitor', 'risk', 'coaching', 'next_step')),
    topic TEXT NOT NULL,
    title TEXT NOT NULL,
    quote TEXT NOT NULL,
    guidance TEXT NOT NULL,
    evidence JSONB NOT NULL,
    at_ms BIGINT NOT NULL CHECK (at_ms >= 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'kept', 'dismissed', 'collapsed')),
    PRIMARY KEY (call_id, number),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX cues_organization_call ON cues (organization_id, call_id);

CREATE TABLE bookmarks (
    organization_id UUID NOT NULL,
    call_id UUID NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    at_ms BIGINT NOT NULL CHECK (at_ms >= 0),
    note TEXT NOT NULL,
    PRIMARY KEY (call_id, number),
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX bookmarks_organization_call ON bookmarks (organization_id, call_id);

CREATE TABLE reviews (
    call_id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL,
    insights JSONB NOT NULL,
    metrics JSONB NOT NULL,
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX reviews_organization_call ON reviews (organization_id, call_id);

-- What a word looks like in the full text index, as SQLite's unicode61 does it: lower case, without accents, and with
-- punctuation as a boundary, so that PostgreSQL's parser sees no hosts, paths or hyphenated compounds.
CREATE FUNCTION search_fold(words TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
    SELECT regexp_replace(
        translate(
            lower(words),
            'àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥìíîïĩīĭįĵķĺļľńņňñòóôõöōŏőøŕŗřśŝşšţťùúûüũūŭůűųŵýÿŷźżž',
            'aaaaaaaaacccccddeeeeeeeeegggghiiiiiiiijklllnnnnooooooooorrrssssttuuuuuuuuuuwyyyzzz'
        ),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2000-\u206f]+', ' ', 'g'
    )
$$;
ALTER TABLE segments ADD COLUMN search TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', search_fold(text))) STORED;
CREATE INDEX segments_search ON segments USING gin (search);
ALTER TABLE calls ADD COLUMN search TSVECTOR GENERATED ALWAYS AS (
    to_tsvector('simple', search_fold(title || ' ' || contact_name || ' ' || company || ' ' || rep_name || ' ' || customer_name))
) STORED;
CREATE INDEX calls_search ON calls USING gin (search);
