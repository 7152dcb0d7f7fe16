-- What the engines' indexes need to know of an organization. `number` is short and goes before each of its terms, so that
-- every organization has word lists of its own in the one full text index. `revision` rises with every change that a vector
-- index must follow. `passages` and `tokens` count what answers, for the rank.
CREATE TABLE knowledge_tenants (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    tokens INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX knowledge_tenants_organization ON knowledge_tenants (organization_id);

-- `folded` is the name in lower case: SQLite itself knows ASCII only.
CREATE TABLE collections (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('everybody', 'admins')),
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX collections_organization_id ON collections (organization_id, id);
CREATE UNIQUE INDEX collections_name ON collections (organization_id, folded);

CREATE TABLE websites (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    collection_id BLOB NOT NULL,
    start TEXT NOT NULL,
    scope TEXT NOT NULL,
    max_pages INTEGER NOT NULL CHECK (max_pages > 0),
    every_hours INTEGER NOT NULL CHECK (every_hours >= 0),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'fetching', 'done', 'failed')),
    problem TEXT NOT NULL,
    pages INTEGER NOT NULL,
    visited_at TEXT,
    due_at TEXT,
    created_at TEXT NOT NULL,
    FOREIGN KEY (organization_id, collection_id) REFERENCES collections (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX websites_organization_id ON websites (organization_id, id);
CREATE INDEX websites_collection ON websites (organization_id, collection_id);
CREATE INDEX websites_due ON websites (due_at) WHERE due_at IS NOT NULL;

-- `version` is what was given last, `ready_version` what answers (0: nothing yet), `passages` how many that has. `folded` is
-- title and file name in lower case.
CREATE TABLE documents (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    collection_id BLOB NOT NULL,
    website_id BLOB,
    title TEXT NOT NULL,
    file_name TEXT NOT NULL,
    folder TEXT NOT NULL,
    folded TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('file', 'text', 'web', 'sample')),
    address TEXT NOT NULL,
    format TEXT NOT NULL,
    language TEXT NOT NULL,
    tags TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'reading', 'indexing', 'ready', 'failed', 'locked', 'review')),
    problem TEXT NOT NULL,
    notes TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    places INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    ready_version INTEGER NOT NULL CHECK (ready_version BETWEEN 0 AND version),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    FOREIGN KEY (organization_id, collection_id) REFERENCES collections (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, website_id) REFERENCES websites (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX documents_organization_id ON documents (organization_id, id);
CREATE INDEX documents_newest ON documents (organization_id, created_at, id);
CREATE INDEX documents_collection ON documents (organization_id, collection_id);
CREATE INDEX documents_website ON documents (organization_id, website_id, address);

-- `tag` is in lower case; as somebody wrote it, it is in `documents.tags`.
CREATE TABLE document_tags (
    organization_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (document_id, tag),
    FOREIGN KEY (organization_id, document_id) REFERENCES documents (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX document_tags_tag ON document_tags (organization_id, tag);
CREATE INDEX document_tags_document ON document_tags (organization_id, document_id);

-- Every file that was given, the current one included. `member_id` is no reference: history outlives people.
CREATE TABLE document_versions (
    organization_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    file_name TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    object_key TEXT NOT NULL,
    member_id BLOB,
    created_at TEXT NOT NULL,
    PRIMARY KEY (document_id, version),
    FOREIGN KEY (organization_id, document_id) REFERENCES documents (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX document_versions_document ON document_versions (organization_id, document_id);
CREATE INDEX document_versions_hash ON document_versions (organization_id, hash);

-- Written beside the ones that answer, which are those of the document's `ready_version`; never changed. `terms` is what is
-- indexed: stems with the organization's number before them, in reading order. Serials are not given twice.
CREATE TABLE passages (
    serial INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    organization_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    number INTEGER NOT NULL CHECK (number > 0),
    place TEXT NOT NULL,
    text TEXT NOT NULL,
    terms TEXT NOT NULL,
    FOREIGN KEY (organization_id, document_id) REFERENCES documents (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX passages_organization_serial ON passages (organization_id, serial);
CREATE UNIQUE INDEX passages_document_number ON passages (organization_id, document_id, version, number);

-- In how many passages that answer a term is. Written together with `documents.ready_version`.
CREATE TABLE knowledge_terms (
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    term TEXT NOT NULL,
    passages INTEGER NOT NULL,
    PRIMARY KEY (organization_id, term)
) STRICT, WITHOUT ROWID;

CREATE INDEX knowledge_terms_gone ON knowledge_terms (organization_id) WHERE passages <= 0;

-- `embedding` is 32-bit floats, little-endian, of length 1 together.
CREATE TABLE passage_vectors (
    organization_id BLOB NOT NULL,
    passage_serial INTEGER NOT NULL,
    document_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    model TEXT NOT NULL,
    revision INTEGER NOT NULL,
    dimensions INTEGER NOT NULL CHECK (dimensions > 0),
    embedding BLOB NOT NULL,
    PRIMARY KEY (passage_serial, model),
    FOREIGN KEY (organization_id, passage_serial) REFERENCES passages (organization_id, serial) ON DELETE CASCADE
) STRICT;
CREATE INDEX passage_vectors_passage ON passage_vectors (organization_id, passage_serial);
CREATE INDEX passage_vectors_revision ON passage_vectors (organization_id, model, revision, passage_serial);
CREATE INDEX passage_vectors_document ON passage_vectors (organization_id, document_id, version, model);

-- Which passages are gone since when: what a vector index forgets.
CREATE TABLE passage_removals (
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    document_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organization_id, revision, document_id, version)
) STRICT;

CREATE TABLE uploads (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    collection_id BLOB NOT NULL,
    replaces BLOB,
    file_name TEXT NOT NULL,
    folder TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    received INTEGER NOT NULL CHECK (received BETWEEN 0 AND bytes),
    expires_at TEXT NOT NULL,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, collection_id) REFERENCES collections (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, replaces) REFERENCES documents (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX uploads_organization ON uploads (organization_id, member_id);
CREATE INDEX uploads_collection ON uploads (organization_id, collection_id);
CREATE INDEX uploads_replaces ON uploads (organization_id, replaces);
CREATE INDEX uploads_expires ON uploads (expires_at);

-- `source` is the call or the answer that used it.
CREATE TABLE knowledge_uses (
    organization_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    passage INTEGER NOT NULL,
    source BLOB NOT NULL,
    call_id BLOB,
    question TEXT NOT NULL,
    used_at TEXT NOT NULL,
    PRIMARY KEY (document_id, source, version, passage),
    FOREIGN KEY (organization_id, document_id) REFERENCES documents (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, call_id) REFERENCES calls (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX knowledge_uses_document ON knowledge_uses (organization_id, document_id, used_at);
CREATE INDEX knowledge_uses_call ON knowledge_uses (organization_id, call_id);

-- `folded` is the value in lower case.
CREATE TABLE document_bindings (
    organization_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('topic', 'competitor')),
    folded TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (document_id, kind, folded),
    FOREIGN KEY (organization_id, document_id) REFERENCES documents (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX document_bindings_value ON document_bindings (organization_id, kind, folded);
CREATE INDEX document_bindings_document ON document_bindings (organization_id, document_id);

-- Full text: which passages have a term, no positions and no ranks. The words are cut and stemmed already, so that both engines
-- find the same; `ascii` splits at the spaces between them and nowhere else.
CREATE VIRTUAL TABLE passages_fts USING fts5 (
    terms, content = 'passages', content_rowid = 'serial', tokenize = 'ascii', detail = none, columnsize = 0
);
CREATE TRIGGER passages_fts_insert AFTER INSERT ON passages BEGIN
    INSERT INTO passages_fts (rowid, terms) VALUES (new.serial, new.terms);
END;
CREATE TRIGGER passages_fts_delete AFTER DELETE ON passages BEGIN
    INSERT INTO passages_fts (passages_fts, rowid, terms) VALUES ('delete', old.serial, old.terms);
END;
