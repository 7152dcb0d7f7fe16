//! What each engine has of its own: full text, vectors, lists in JSON.

use super::retrieval::found;
use crate::dialect::differing;

macro_rules! add_terms {
    ($from:literal) => {
        concat!(
            "INSERT INTO knowledge_terms (organization_id, term, passages) SELECT $1, ",
            $from,
            " WHERE TRUE ON CONFLICT (organization_id, term) DO UPDATE SET passages = knowledge_terms.passages + excluded.passages"
        )
    };
}

macro_rules! weigh {
    ($serials:literal) => {
        concat!(
            "SELECT p.serial, p.document_id, d.title, p.version, p.number, p.place, p.text, d.source = 'sample' AS sample, d.language,
                p.terms, v.embedding
            FROM passages p LEFT JOIN passage_vectors v
                ON v.organization_id = p.organization_id AND v.passage_serial = p.serial AND v.model = $3",
            found!(),
            " AND p.serial IN (",
            $serials,
            ")"
        )
    };
}

/// SQLite isn't asked: its vectors are scanned in memory (`knowledge::index`).
const NOT_ASKED: &str = "SELECT 1";

macro_rules! nearest {
    ($and:literal, $by:literal) => {
        concat!(
            "SELECT v.passage_serial FROM passage_vectors v JOIN passages p ON p.serial = v.passage_serial",
            found!(),
            " AND v.organization_id = $1 AND v.model = $11",
            $and,
            " ORDER BY ",
            $by,
            " LIMIT $4"
        )
    };
}

differing! {
    /// `$2` is JSON: in how many more passages (fewer, if negative) each term is.
    ADD_TERMS = Dialect {
        sqlite: add_terms!("key, value FROM json_each($2)"),
        postgres: add_terms!("key, CAST(value AS BIGINT) FROM jsonb_each_text($2)"),
    };
    /// Passages with what the engine finds in `$3`, `$1`, `$2` and `$5` to `$10` as in `found!`, which answer.
    CANDIDATES = Dialect {
        // CROSS JOIN keeps the index outside: SQLite does not reorder around it.
        sqlite: concat!(
            "SELECT p.serial, p.terms FROM passages_fts CROSS JOIN passages p",
            found!(),
            " AND passages_fts MATCH $3 AND p.serial = passages_fts.rowid LIMIT $4"
        ),
        // The index goes first and once: PostgreSQL can't tell how many passages a term has and would look into it for each document.
        // The organization is checked outside, so that its own index isn't read as well; terms begin with its number anyway.
        postgres: concat!(
            "WITH p AS MATERIALIZED (SELECT serial, organization_id, document_id, version, terms FROM passages
                WHERE search @@ CAST($3 AS TSQUERY))
            SELECT p.serial, p.terms FROM p",
            found!(),
            " LIMIT $4"
        ),
    };
    /// The passages of the serials in `$4` (JSON) that answer, with what they are weighed by; `$3` is the model.
    WEIGH = Dialect {
        sqlite: weigh!("SELECT value FROM json_each($4)"),
        postgres: weigh!("SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text($4)"),
    };
    /// The passages whose vectors are nearest to `$3` by the index of vectors of 384 numbers. `$11` is the model.
    NEAREST = Dialect {
        sqlite: NOT_ASKED,
        postgres: nearest!(" AND v.dimensions = 384", "CAST(v.embedding AS HALFVEC(384)) <#> CAST($3 AS HALFVEC(384))"),
    };
    /// The same of any size, one by one.
    NEAREST_EXACT = Dialect { sqlite: NOT_ASKED, postgres: nearest!(" AND v.dimensions = vector_dims(CAST($3 AS VECTOR))", "v.embedding <#> $3") };
}
