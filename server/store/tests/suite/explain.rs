//! No statement reads a whole table that grows: told by both engines' own plans.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};
use store::{Engine, catalogue, testing};

/// Tables that stay small however many organizations and calls there are. Every other one counts as one of a million rows.
const SMALL: &[(&str, &str)] =
    &[("event_head", "one row"), ("schedules", "a row for each schedule in the manifests"), ("servers", "a row for each server")];

/// Indexes of the few rows that are in some state: walking one reads no table.
const FEW: &[(&str, &str)] = &[
    ("calls_unfinished", "calls that run now"),
    ("calls_unmeasured", "calls of an older release, until the server has measured their recordings"),
    ("events_pending", "events of the last moment, before the relay has placed them"),
    ("jobs_running", "what the workers are at"),
];

/// Statements that may read a whole table, and why.
const WHOLE: &[(&str, &str)] = &[
    ("DELETE_MEMBERS", "SQLite looks for sessions of a member without an index; only a command by hand erases an organization"),
    ("PEOPLE_BEYOND_ASCII", "once at a start, mail addresses that are not in plain letters"),
    ("COUNT_JOBS", "the server's own metrics count all jobs"),
    ("KNOWING_ORGANIZATIONS", "once at a start, each organization that knows something"),
    ("ORGANIZATIONS_TO_INDEX", "once at a start, each organization with calls that aren't indexed yet"),
];

fn is_small(table: &str) -> bool {
    SMALL.iter().any(|(small, _)| *small == table)
}

fn judge(scans: &BTreeSet<(String, String)>) {
    let excused = |name: &str| WHOLE.iter().any(|(whole, _)| *whole == name);
    let wrong: Vec<_> = scans.iter().filter(|(name, _)| !excused(name)).map(|(name, what)| format!("{name}: {what}")).collect();
    assert!(wrong.is_empty(), "these read a table of a million rows from end to end:\n{}", wrong.join("\n"));
}

async fn on_sqlite(tables: &BTreeSet<String>) -> BTreeSet<(String, String)> {
    let store = testing::open(Engine::Sqlite).await;
    let mut connection = SqliteConnection::connect(store.url()).await.unwrap();
    let mut scans = BTreeSet::new();
    for statement in catalogue::all() {
        let read = crate::isolation::sql::read(statement.sqlite);
        let aliases = read.aliases();
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sqlite))).fetch_all(&mut connection).await;
        for row in plan.unwrap_or_else(|error| panic!("{}: {error}", statement.name)) {
            let step: String = row.get("detail");
            let Some(name) = step.strip_prefix("SCAN ").and_then(|rest| rest.split_whitespace().next()) else { continue };
            // A match in a full text index, or the few rows of a partial one.
            if (step.contains("VIRTUAL TABLE INDEX") && step.contains(":M")) || FEW.iter().any(|(few, _)| step.ends_with(few)) {
                continue;
            }
            let table = aliases.get(name).copied().unwrap_or(name);
            if tables.contains(table) && !is_small(table) {
                scans.insert((statement.name.to_owned(), format!("SQLite: {step}")));
            }
        }
    }
    scans
}

async fn on_postgres() -> BTreeSet<(String, String)> {
    let store = testing::open(Engine::Postgres).await;
    let mut connection = PgConnection::connect(store.url()).await.unwrap();
    // The tables are empty: without this it would read each of them from end to end.
    connection.execute("SET enable_seqscan = off").await.unwrap();
    let mut scans = BTreeSet::new();
    for statement in catalogue::all() {
        let explain = format!("EXPLAIN (GENERIC_PLAN, FORMAT JSON) {}", statement.postgres);
        // Without binds it goes as text, which is how binds may stay open.
        let rows = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(explain))).await;
        let rows = rows.unwrap_or_else(|error| panic!("{}: {error}", statement.name));
        let plan: Value = rows[0].get_unchecked(0);
        look(&plan[0]["Plan"], "", statement.name, &mut scans);
    }
    scans
}

/// A whole table is read by a sequential scan, and by an index that is walked from end to end: with nothing to look for, and not for its
/// first rows only.
fn look(node: &Value, above: &str, name: &str, scans: &mut BTreeSet<(String, String)>) {
    let text = |key: &str| node[key].as_str().unwrap_or_default();
    let (kind, table, index) = (text("Node Type"), text("Relation Name"), text("Index Name"));
    let first_only = above == "Limit" && node["Filter"].is_null();
    let walks = kind.starts_with("Index") && node["Index Cond"].is_null() && node["Order By"].is_null();
    let walks = walks && !first_only && !FEW.iter().any(|(few, _)| *few == index);
    if (kind == "Seq Scan" || walks) && !is_small(table) {
        scans.insert((name.to_owned(), format!("PostgreSQL: {kind} of {table} by {}", if index.is_empty() { "no index" } else { index })));
    }
    for part in node["Plans"].as_array().into_iter().flatten() {
        look(part, kind, name, scans);
    }
}

#[tokio::test]
async fn no_statement_reads_a_table_of_a_million_rows_from_end_to_end() {
    let store = testing::open(Engine::Sqlite).await;
    let mut connection = SqliteConnection::connect(store.url()).await.unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let tables: BTreeSet<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap().into_iter().collect();
    let missing: Vec<_> = SMALL.iter().filter(|(small, _)| !tables.contains(*small)).collect();
    assert!(missing.is_empty(), "there are no such tables: {missing:?}");
    let mut scans = on_sqlite(&tables).await;
    scans.extend(on_postgres().await);
    judge(&scans);
    let stale: Vec<_> = WHOLE.iter().filter(|(whole, _)| !scans.iter().any(|(name, _)| name == whole)).collect();
    assert!(stale.is_empty(), "these read no whole table any more, or are gone: {stale:?}");
}
