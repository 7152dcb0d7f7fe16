CREATE TABLE organizations (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    keep_audio INTEGER NOT NULL CHECK (keep_audio IN (0, 1)),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE people (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX people_email ON people (email);

CREATE TABLE members (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    person_id BLOB NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('guest', 'rep', 'manager', 'admin', 'owner')),
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX members_organization_person ON members (organization_id, person_id);
CREATE UNIQUE INDEX members_organization_id ON members (organization_id, id);
CREATE INDEX members_person ON members (person_id);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    member_id BLOB NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    secret_hash BLOB NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_secret ON sessions (secret_hash);
CREATE INDEX sessions_person ON sessions (person_id);

-- One a person: a newer one takes the older's place.
CREATE TABLE password_resets (
    person_id BLOB NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX password_resets_token ON password_resets (token_hash);

-- Used and revoked tokens stay until they expire: a second use of one is how a theft shows.
CREATE TABLE refresh_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    family BLOB NOT NULL,
    member_id BLOB NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    spent INTEGER NOT NULL CHECK (spent IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX refresh_tokens_token ON refresh_tokens (token_hash);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);

CREATE TABLE api_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX api_tokens_token ON api_tokens (token_hash);
CREATE INDEX api_tokens_member ON api_tokens (member_id);
