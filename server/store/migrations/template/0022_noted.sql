-- Of each page that has spoken in a call: the number of the last thing it said that is stored. A page says again what is not.
ALTER TABLE calls ADD COLUMN noted {json} NOT NULL DEFAULT '{}';
