-- Whose question a document answered. No reference: uses outlive people. None for questions outside of calls that are older than this.
ALTER TABLE knowledge_uses ADD COLUMN member_id UUID;
UPDATE knowledge_uses SET member_id = (
    SELECT c.member_id FROM calls c WHERE c.organization_id = knowledge_uses.organization_id AND c.id = knowledge_uses.call_id
) WHERE call_id IS NOT NULL;
CREATE INDEX knowledge_uses_member ON knowledge_uses (organization_id, document_id, member_id, used_at);

-- One sign-in: a session and those that take its place when its secret is replaced.
ALTER TABLE sessions ADD COLUMN sign_in UUID;
UPDATE sessions SET sign_in = id;
CREATE INDEX sessions_sign_in ON sessions (sign_in);

-- Sign-ins of programs are listed as sessions are.
ALTER TABLE refresh_tokens ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE refresh_tokens ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE refresh_tokens ADD COLUMN signed_in_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00+00:00';
ALTER TABLE refresh_tokens ADD COLUMN issued_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00+00:00';
UPDATE refresh_tokens SET issued_at = expires_at - INTERVAL '30 days';
UPDATE refresh_tokens SET signed_in_at = issued_at;
CREATE INDEX refresh_tokens_member ON refresh_tokens (member_id);
