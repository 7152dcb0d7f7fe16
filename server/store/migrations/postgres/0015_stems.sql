-- Words are stemmed by the rules of their document's language. `languages` are those of the organization's documents, which a question's words
-- are stemmed by too; `stems` is by which stemmer all passages are indexed at least: those of an older one are indexed anew by a job.
ALTER TABLE knowledge_tenants ADD COLUMN languages JSONB NOT NULL DEFAULT '[]';
ALTER TABLE knowledge_tenants ADD COLUMN stems BIGINT NOT NULL DEFAULT 1;
