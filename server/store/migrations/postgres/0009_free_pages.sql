-- PostgreSQL's own vacuum reuses what is free; SQLite is told to once.
SELECT 1;
