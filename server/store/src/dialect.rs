//! The statements that can't be said in one text for both engines: at most ten.

use crate::statements::Text;

/// A statement with a text for each engine and the same binds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Text for Dialect {
    fn sqlite(self) -> &'static str {
        self.sqlite
    }

    fn postgres(self) -> &'static str {
        self.postgres
    }
}

/// What follows the engine's own `words` (place of a word in the search), `said` (segments with the words they have) and
/// `headed` (calls with the words their title and names have): calls that have every word anywhere, and the segment
/// with the most of them unless the heading alone has all.
macro_rules! search_tail {
    () => {
        concat!(
            ", hits AS (SELECT call_id, word FROM said UNION SELECT call_id, word FROM headed),
            matched AS (SELECT call_id FROM hits GROUP BY call_id HAVING COUNT(DISTINCT word) = (SELECT COUNT(*) FROM words)),
            titled AS (SELECT call_id FROM headed GROUP BY call_id HAVING COUNT(DISTINCT word) = (SELECT COUNT(*) FROM words)),
            ranked AS (
                SELECT call_id, number,
                    ROW_NUMBER() OVER (PARTITION BY call_id ORDER BY COUNT(DISTINCT word) DESC, number) AS place
                FROM said GROUP BY call_id, number
            ),
            found AS (
                SELECT r.call_id AS found_call, s.number AS found_number, s.start_ms AS found_start, s.text AS found_text
                FROM ranked r JOIN segments s ON s.call_id = r.call_id AND s.number = r.number
                WHERE r.place = 1 AND r.call_id NOT IN (SELECT call_id FROM titled)
            )
            SELECT ",
            crate::calls::columns!(),
            ", found_number, found_start, found_text
            FROM calls JOIN matched ON matched.call_id = calls.id LEFT JOIN found ON found.found_call = calls.id",
            crate::calls::narrowed!()
        )
    };
}

/// `$1` to `$9` as in the plain list, `$10` the words as JSON; the last one may be unfinished.
pub(crate) const SEARCH_CALLS: Dialect = Dialect {
    // CROSS JOIN keeps the words outside: SQLite does not reorder around it.
    sqlite: concat!(
        "WITH words AS (
            SELECT key AS word, '\"' || value || '\"' || CASE WHEN key = json_array_length($10) - 1 THEN ' *' ELSE '' END AS term
            FROM json_each($10)
        ),
        said AS (
            SELECT s.call_id, s.number, w.word FROM words w CROSS JOIN segments_fts CROSS JOIN segments s
            WHERE segments_fts MATCH w.term AND s.serial = segments_fts.rowid AND s.organization_id = $1
        ),
        headed AS (
            SELECT c.id AS call_id, w.word FROM words w CROSS JOIN calls_fts CROSS JOIN calls c
            WHERE calls_fts MATCH w.term AND c.serial = calls_fts.rowid AND c.organization_id = $1
        )",
        search_tail!()
    ),
    postgres: concat!(
        "WITH words AS (
            SELECT word, to_tsquery('simple', '''' || search_fold(value) || '''' ||
                CASE WHEN word = jsonb_array_length($10) THEN ':*' ELSE '' END) AS term
            FROM jsonb_array_elements_text($10) WITH ORDINALITY AS listed (value, word)
        ),
        said AS (
            SELECT s.call_id, s.number, w.word FROM words w JOIN segments s ON s.search @@ w.term WHERE s.organization_id = $1
        ),
        headed AS (
            SELECT c.id AS call_id, w.word FROM words w JOIN calls c ON c.search @@ w.term WHERE c.organization_id = $1
        )",
        search_tail!()
    ),
};

/// `$lock` is what the engine needs so that two workers don't take the same job.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH RECURSIVE shares (share) AS (
                SELECT (SELECT j.share FROM jobs j WHERE j.queue = $4 AND j.state = 'waiting' ORDER BY j.share LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT j.share FROM jobs j WHERE j.queue = $4 AND j.state = 'waiting' AND j.share > shares.share ORDER BY j.share LIMIT 1
                ) FROM shares WHERE shares.share IS NOT NULL
            ),
            busy AS (
                SELECT share, COUNT(*) AS running FROM jobs
                WHERE queue = $4 AND state = 'running' AND lease_until > $2 GROUP BY share
            ),
            heads AS (
                SELECT (
                    SELECT j.id FROM jobs j WHERE j.queue = $4 AND j.state = 'waiting' AND j.share = shares.share AND j.run_at <= $2
                    ORDER BY j.priority DESC, j.run_at, j.id LIMIT 1
                ) AS id FROM shares WHERE shares.share IS NOT NULL
                UNION ALL
                SELECT id FROM jobs WHERE queue = $4 AND state = 'running' AND lease_until <= $2 AND attempts < max_attempts
            )
            UPDATE jobs SET state = 'running', attempts = attempts + 1, fence = fence + 1, deduplication = NULL, worker = $1, lease_until = $3
            WHERE id = (
                SELECT due.id FROM heads JOIN jobs due ON due.id = heads.id LEFT JOIN busy ON busy.share = due.share
                WHERE (due.state = 'waiting' AND due.run_at <= $2) OR (due.state = 'running' AND due.lease_until <= $2 AND due.attempts < due.max_attempts)
                ORDER BY COALESCE(busy.running, 0), due.priority DESC, due.run_at, due.id LIMIT 1",
            $lock,
            ") RETURNING ",
            crate::jobs::columns!()
        )
    };
}

/// The next job of queue `$4` that is due or whose worker has let its lease run out: the most urgent one of the organization with the
/// fewest jobs running, so that nobody's files keep everybody's waiting. The organizations are hopped along the index, so its cost grows
/// with them and not with the jobs.
pub(crate) const CLAIM_JOB: Dialect = Dialect {
    // The one writer makes it exclusive.
    sqlite: claim!(""),
    postgres: claim!(" FOR UPDATE OF due SKIP LOCKED"),
};

macro_rules! add_terms {
    ($from:literal) => {
        concat!(
            "INSERT INTO knowledge_terms (organization_id, term, passages) SELECT $1, ",
            $from,
            " WHERE TRUE ON CONFLICT (organization_id, term) DO UPDATE SET passages = knowledge_terms.passages + excluded.passages"
        )
    };
}

/// `$2` is JSON: in how many more passages (fewer, if negative) each term is.
pub(crate) const ADD_TERMS: Dialect = Dialect {
    sqlite: add_terms!("key, value FROM json_each($2)"),
    postgres: add_terms!("key, CAST(value AS BIGINT) FROM jsonb_each_text($2)"),
};

/// Passages with what the engine finds in `$3`, `$1`, `$2` and `$5` to `$10` as in `found!`, which answer.
pub(crate) const CANDIDATES: Dialect = Dialect {
    // CROSS JOIN keeps the index outside: SQLite does not reorder around it.
    sqlite: concat!(
        "SELECT p.serial, p.terms FROM passages_fts CROSS JOIN passages p",
        crate::knowledge::found!(),
        " AND passages_fts MATCH $3 AND p.serial = passages_fts.rowid LIMIT $4"
    ),
    // The index goes first and once: PostgreSQL can't tell how many passages a term has and would look into it for each document.
    // The organization is checked outside, so that its own index isn't read as well; terms begin with its number anyway.
    postgres: concat!(
        "WITH p AS MATERIALIZED (SELECT serial, organization_id, document_id, version, terms FROM passages
            WHERE search @@ CAST($3 AS TSQUERY))
        SELECT p.serial, p.terms FROM p",
        crate::knowledge::found!(),
        " LIMIT $4"
    ),
};

macro_rules! weigh {
    ($serials:literal) => {
        concat!(
            "SELECT p.serial, p.document_id, d.title, p.version, p.number, p.place, p.text, d.source = 'sample' AS sample,
                p.terms, v.embedding
            FROM passages p LEFT JOIN passage_vectors v ON v.passage_serial = p.serial AND v.model = $3",
            crate::knowledge::found!(),
            " AND p.serial IN (",
            $serials,
            ")"
        )
    };
}

/// The passages of the serials in `$4` (JSON) that answer, with what they are weighed by; `$3` is the model.
pub(crate) const WEIGH: Dialect = Dialect {
    sqlite: weigh!("SELECT value FROM json_each($4)"),
    postgres: weigh!("SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text($4)"),
};

/// SQLite isn't asked: its vectors are scanned in memory (`knowledge::index`).
const NOT_ASKED: &str = "SELECT 1";

macro_rules! nearest {
    ($and:literal, $by:literal) => {
        concat!(
            "SELECT v.passage_serial FROM passage_vectors v JOIN passages p ON p.serial = v.passage_serial",
            crate::knowledge::found!(),
            " AND v.organization_id = $1 AND v.model = $11",
            $and,
            " ORDER BY ",
            $by,
            " LIMIT $4"
        )
    };
}

/// The passages whose vectors are nearest to `$3` by the index of vectors of 384 numbers. `$11` is the model.
pub(crate) const NEAREST: Dialect = Dialect {
    sqlite: NOT_ASKED,
    postgres: nearest!(" AND v.dimensions = 384", "CAST(v.embedding AS HALFVEC(384)) <#> CAST($3 AS HALFVEC(384))"),
};

/// The same of any size, one by one.
pub(crate) const NEAREST_EXACT: Dialect =
    Dialect { sqlite: NOT_ASKED, postgres: nearest!(" AND v.dimensions = vector_dims(CAST($3 AS VECTOR))", "v.embedding <#> $3") };

pub(crate) const ALL: &[(&str, Dialect)] = &[
    ("SEARCH_CALLS", SEARCH_CALLS),
    ("CLAIM_JOB", CLAIM_JOB),
    ("ADD_TERMS", ADD_TERMS),
    ("CANDIDATES", CANDIDATES),
    ("WEIGH", WEIGH),
    ("NEAREST", NEAREST),
    ("NEAREST_EXACT", NEAREST_EXACT),
];

#[cfg(test)]
mod tests {
    #[test]
    fn at_most_ten_statements_differ() {
        assert!(super::ALL.len() <= 10, "move the difference into data, or argue for it in an ADR");
        assert!(super::ALL.iter().all(|(_, text)| text.sqlite != text.postgres), "the same on both: it belongs into its area");
    }
}
