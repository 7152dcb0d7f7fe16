-- Where a person's and a call's clock is, as the IANA names it. Empty: not known, or made by a server of the version before; it counts as UTC.
ALTER TABLE people ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
