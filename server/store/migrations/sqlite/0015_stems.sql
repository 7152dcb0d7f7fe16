-- Words are stemmed by the rules of their document's language. `languages` are those of the organization's documents, which a question's words
-- are stemmed by too; `stems` is by which stemmer all passages are indexed at least: those of an older one are indexed anew by a job.
ALTER TABLE knowledge_tenants ADD COLUMN languages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE knowledge_tenants ADD COLUMN stems INTEGER NOT NULL DEFAULT 1;
CREATE TRIGGER passages_fts_update AFTER UPDATE OF terms ON passages BEGIN
    INSERT INTO passages_fts (passages_fts, rowid, terms) VALUES ('delete', old.serial, old.terms);
    INSERT INTO passages_fts (rowid, terms) VALUES (new.serial, new.terms);
END;
