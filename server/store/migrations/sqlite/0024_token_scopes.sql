-- What a program may do with an API token, and when the token ends by itself: never, if a version before has made it.
ALTER TABLE api_tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'all';
ALTER TABLE api_tokens ADD COLUMN expires_at TEXT;
