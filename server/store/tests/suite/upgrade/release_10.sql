-- A row in every table, as the release with migration 10 wrote them. `{id nn}` is an id of sixteen such bytes, `{bytes nn}` thirty-two such
-- bytes, `{hex:…:hex}` those bytes, `{vector}` the vector (1, 0, 0): each engine writes them in its own way.
INSERT INTO organizations (id, name, keep_audio, created_at) VALUES ({id 11}, 'Acme', TRUE, '2026-09-01T09:00:00+00:00');
INSERT INTO people (id, email, name, password_hash, created_at)
    VALUES ({id 12}, 'ann@example.com', 'Åsa Öberg', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', '2026-09-01T09:00:00.123456+00:00');
INSERT INTO members (id, organization_id, person_id, role, created_at) VALUES ({id 13}, {id 11}, {id 12}, 'owner', '2026-09-01T09:00:00+00:00');
INSERT INTO sessions (id, person_id, member_id, secret_hash, user_agent, address, created_at, last_seen_at, expires_at)
    VALUES ({id 14}, {id 12}, {id 13}, {bytes 51}, 'Firefox', '192.0.2.1', '2026-09-02T09:00:00+00:00', '2026-09-20T09:00:00+00:00', '2026-12-01T00:00:00+00:00');
INSERT INTO password_resets (person_id, token_hash, expires_at) VALUES ({id 12}, {bytes 52}, '2026-12-01T00:00:00+00:00');
INSERT INTO refresh_tokens (id, family, member_id, token_hash, expires_at, spent)
    VALUES ({id 15}, {id 16}, {id 13}, {bytes 53}, '2026-12-01T00:00:00+00:00', FALSE);
INSERT INTO api_tokens (id, organization_id, member_id, name, prefix, token_hash, created_at, last_used_at)
    VALUES ({id 17}, {id 11}, {id 13}, 'CRM', 'clz_abcd', {bytes 54}, '2026-09-03T09:00:00+00:00', NULL);
INSERT INTO sign_ups (email, token_hash, name, organization, password_hash, expires_at)
    VALUES ('eve@example.com', {bytes 55}, 'Eve', 'Globex', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', '2026-12-01T00:00:00+00:00');

INSERT INTO calls (id, organization_id, member_id, title, contact_name, company, kind, language, vocabulary, state, source, recognizer, verbosity,
        consent_who, consent_how, consent_at, keep_audio, rep_name, customer_name, notes, started_at, ended_at, duration_ms, created_at, updated_at)
    VALUES ({id 21}, {id 11}, {id 13}, 'Discovery with Globex', 'Marie Dupont', 'Globex', 'discovery', 'en-US', '["Closezly","SOC 2"]', 'ended',
        'browser', 'command', 'normal', 'Marie', 'spoken', '2026-09-20T10:00:00+00:00', TRUE, 'You', 'Marie', 'Send the offer.',
        '2026-09-20T10:00:00+00:00', '2026-09-20T10:30:00+00:00', 1800000, '2026-09-20T09:55:00+00:00', '2026-09-20T10:30:00+00:00');
INSERT INTO segments (organization_id, call_id, number, channel, text, start_ms, end_ms, confidence, words, corrected)
    VALUES ({id 11}, {id 21}, 1, 'customer', 'It is too expensive.', 1000, 1800, 0.5,
        '[{"text":"expensive.","start":1500,"end":1800,"confidence":0.25}]', FALSE);
INSERT INTO cues (organization_id, call_id, number, kind, topic, title, quote, guidance, evidence, at_ms, state, source)
    VALUES ({id 11}, {id 21}, 1, 'objection', 'objection.price', 'Price objection', 'too expensive', 'Ask what they compare it with.',
        '[{"segment":1,"start":6,"end":19}]', 1500, 'open',
        '{"document":"43434343-4343-4343-4343-434343434343","version":1,"title":"Security","passage":1,"place":{"kind":"page","number":1,"label":"","headings":["Security"]},"quote":"Data is encrypted at rest.","start":0,"end":26}');
INSERT INTO bookmarks (organization_id, call_id, number, at_ms, note) VALUES ({id 11}, {id 21}, 1, 1600, 'Price');
INSERT INTO reviews (call_id, organization_id, insights, metrics)
    VALUES ({id 21}, {id 11},
        '{"made_by":"extractive","summary":[{"text":"It is too expensive.","channel":"customer","evidence":[{"segment":1,"start":0,"end":20}]}],"action_items":[{"text":"Send the offer","owner":"rep","due":"2026-09-25","due_words":"by Friday","evidence":[{"segment":1,"start":0,"end":20}],"done":false}],"questions":[],"next_steps":[]}',
        '{"rep":{"talk_ms":0,"words":0,"words_per_minute":null,"longest_monologue_ms":0,"questions":0,"fillers":0},"customer":{"talk_ms":800,"words":4,"words_per_minute":300.0,"longest_monologue_ms":800,"questions":0,"fillers":0},"talk_share":0.0,"patience_ms":null,"turns":1}');

INSERT INTO jobs (id, organization_id, kind, payload, state, attempts, max_attempts, run_at, worker, lease_until, error)
    VALUES ({id 31}, {id 11}, 'knowledge.upkeep.delete_files', '{"keys":["files/gone"]}', 'waiting', 1, 5, '2026-09-20T12:00:00+00:00', NULL, NULL, 'the disk is full');
INSERT INTO audit_entries (organization_id, number, actor, action, subject, details, at, hash)
    VALUES ({id 11}, 1, {id 13}, 'organization.created', '11111111111111111111111111111111', '{"name":"Acme"}', '2026-09-20T12:00:00+00:00',
        {hex:ee8b9eb1d874743b924dbf15df2c2223228aee4d3b22ea4ab89bcdeed01fd360:hex});
INSERT INTO audit_entries (organization_id, number, actor, action, subject, details, at, hash)
    VALUES ({id 11}, 2, {id 13}, 'call.created', '21212121212121212121212121212121', '{"source":"browser"}', '2026-09-20T12:00:00+00:00',
        {hex:21339f73d013330e7175c666955d638dd6077428de1a64724e6e3f7ddf1f4ed3:hex});
INSERT INTO audit_heads (organization_id, number, hash)
    VALUES ({id 11}, 2, {hex:21339f73d013330e7175c666955d638dd6077428de1a64724e6e3f7ddf1f4ed3:hex});

INSERT INTO knowledge_tenants (organization_id, revision, passages, tokens) VALUES ({id 11}, 2, 1, 6);
INSERT INTO collections (id, organization_id, name, folded, access, created_at)
    VALUES ({id 41}, {id 11}, 'General', 'general', 'everybody', '2026-09-04T09:00:00+00:00');
INSERT INTO websites (id, organization_id, collection_id, start, scope, max_pages, every_hours, state, problem, pages, visited_at, due_at, created_at)
    VALUES ({id 42}, {id 11}, {id 41}, 'https://example.com/docs', 'https://example.com/docs', 50, 24, 'done', '', 1, '2026-09-19T12:00:00+00:00',
        '2026-09-20T12:00:00+00:00', '2026-09-04T09:00:00+00:00');
INSERT INTO website_omissions (organization_id, website_id, address) VALUES ({id 11}, {id 42}, 'https://example.com/docs/old');
INSERT INTO documents (id, organization_id, collection_id, website_id, title, file_name, folder, folded, source, address, format, language, tags, state,
        problem, notes, bytes, places, passages, version, ready_version, created_at, updated_at)
    VALUES ({id 43}, {id 11}, {id 41}, NULL, 'Security', 'security.pdf', '', 'security security.pdf', 'file', '', 'pdf', 'en', '["Legal"]', 'ready', '',
        '[]', 1000, 1, 1, 1, 1, '2026-09-05T09:00:00+00:00', '2026-09-05T09:00:00+00:00');
INSERT INTO document_tags (organization_id, document_id, tag) VALUES ({id 11}, {id 43}, 'legal');
INSERT INTO document_versions (organization_id, document_id, version, file_name, bytes, hash, object_key, member_id, created_at)
    VALUES ({id 11}, {id 43}, 1, 'security.pdf', 1000, {bytes 56}, 'files/1', {id 13}, '2026-09-05T09:00:00+00:00');
INSERT INTO document_bindings (organization_id, document_id, kind, folded, value) VALUES ({id 11}, {id 43}, 'competitor', 'initech', 'Initech');
INSERT INTO passages (organization_id, document_id, version, number, place, text, terms)
    VALUES ({id 11}, {id 43}, 1, 1, '{"kind":"page","number":1,"label":"","headings":["Security"]}', 'Data is encrypted at rest.',
        '1xsecur 1xdata 1xis 1xencrypt 1xat 1xrest');
INSERT INTO knowledge_terms (organization_id, term, passages)
    VALUES ({id 11}, 'secur', 1), ({id 11}, 'data', 1), ({id 11}, 'is', 1), ({id 11}, 'encrypt', 1), ({id 11}, 'at', 1), ({id 11}, 'rest', 1);
INSERT INTO passage_vectors (organization_id, passage_serial, document_id, version, model, revision, dimensions, embedding)
    VALUES ({id 11}, 1, {id 43}, 1, 'local/all-MiniLM-L6-v2', 2, 3, {vector});
INSERT INTO passage_removals (organization_id, revision, document_id, version) VALUES ({id 11}, 1, {id 46}, 1);
INSERT INTO uploads (id, organization_id, member_id, collection_id, replaces, file_name, folder, bytes, received, expires_at)
    VALUES ({id 44}, {id 11}, {id 13}, {id 41}, {id 43}, 'security-2.pdf', '', 2000, 1000, '2026-12-01T00:00:00+00:00');
INSERT INTO knowledge_uses (organization_id, document_id, version, passage, source, call_id, question, used_at)
    VALUES ({id 11}, {id 43}, 1, 1, {id 21}, {id 21}, 'Is it encrypted?', '2026-09-20T10:10:00+00:00');
