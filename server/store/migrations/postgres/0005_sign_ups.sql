-- Sign-ups that wait for their link to be used. One an address: a newer one takes the older's place.
CREATE TABLE sign_ups (
    email TEXT NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    organization TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX sign_ups_token ON sign_ups (token_hash);
