CREATE TABLE organizations (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    keep_audio BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE people (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX people_email ON people (email);

CREATE TABLE members (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    person_id UUID NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('guest', 'rep', 'manager', 'admin', 'owner')),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX members_organization_person ON members (organization_id, person_id);
CREATE UNIQUE INDEX members_organization_id ON members (organization_id, id);
CREATE INDEX members_person ON members (person_id);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    secret_hash BYTEA NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX sessions_secret ON sessions (secret_hash);
CREATE INDEX sessions_person ON sessions (person_id);

-- One a person: a newer one takes the older's place.
CREATE TABLE password_resets (
    person_id UUID NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX password_resets_token ON password_resets (token_hash);

-- Used and revoked tokens stay until they expire: a second use of one is how a theft shows.
CREATE TABLE refresh_tokens (
    id UUID NOT NULL PRIMARY KEY,
    family UUID NOT NULL,
    member_id UUID NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    spent BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX refresh_tokens_token ON refresh_tokens (token_hash);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);

CREATE TABLE api_tokens (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL,
    member_id UUID NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX api_tokens_token ON api_tokens (token_hash);
CREATE INDEX api_tokens_member ON api_tokens (member_id);
