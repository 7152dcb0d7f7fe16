//! Finding calls by words: each engine has full text of its own.

use crate::dialect::differing;

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
                FROM ranked r JOIN segments s ON s.call_id = r.call_id AND s.number = r.number AND s.organization_id = $1
                WHERE r.place = 1 AND r.call_id NOT IN (SELECT call_id FROM titled)
            )
            SELECT ",
            super::columns!(),
            ", found_number, found_start, found_text
            FROM calls JOIN matched ON matched.call_id = calls.id LEFT JOIN found ON found.found_call = calls.id",
            super::narrowed!()
        )
    };
}

differing! {
    /// `$1` to `$9` as in the plain list, `$10` the words as JSON; the last one may be unfinished.
    SEARCH_CALLS = Dialect {
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
}
