//! Both engines have the same schema, and understand every statement.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;
use sqlx::{Connection, Executor, PgConnection, Row, SqlSafeStr, SqliteConnection};
use store::{Engine, Store, testing};

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
    let mut on_sqlite = SqliteConnection::connect(sqlite.url()).await.unwrap();
    let mut on_postgres = PgConnection::connect(postgres.url()).await.unwrap();
    let statements = store::catalogue::all();
    assert!(statements.len() > 60, "only {} statements are registered", statements.len());
    for statement in statements {
        if let Err(error) = (&mut on_sqlite).prepare(statement.sqlite.into_sql_str()).await {
            panic!("{} on SQLite: {error}", statement.name);
        }
        if let Err(error) = (&mut on_postgres).prepare(statement.postgres.into_sql_str()).await {
            panic!("{} on PostgreSQL: {error}", statement.name);
        }
    }
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let statements = store::catalogue::all();
    let names: BTreeSet<_> = statements.iter().map(|statement| statement.name).collect();
    assert_eq!(names.len(), statements.len());
}

/// Column → (type as SQLite has it, nullable).
type Columns = BTreeMap<String, (String, bool)>;

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
    let mut on_sqlite = SqliteConnection::connect(sqlite.url()).await.unwrap();
    let mut on_postgres = PgConnection::connect(postgres.url()).await.unwrap();

    let mut left: BTreeMap<String, Columns> = BTreeMap::new();
    let columns = "SELECT m.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%_fts%' AND m.name <> '_sqlx_migrations'";
    for row in sqlx::query(columns).fetch_all(&mut on_sqlite).await.unwrap() {
        left.entry(row.get(0)).or_default().insert(row.get(1), (row.get(2), row.get::<i64, _>(3) == 0));
    }
    let mut right: BTreeMap<String, Columns> = BTreeMap::new();
    let columns = "SELECT table_name::text, column_name::text,
            CASE data_type WHEN 'USER-DEFINED' THEN udt_name::text ELSE data_type::text END, is_nullable = 'YES' FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' AND data_type <> 'tsvector'";
    for row in sqlx::query(columns).fetch_all(&mut on_postgres).await.unwrap() {
        let native: String = row.get(2);
        let kind = match native.as_str() {
            "uuid" | "bytea" | "vector" => "BLOB",
            "bigint" | "boolean" => "INTEGER",
            "double precision" => "REAL",
            "text" | "timestamp with time zone" | "jsonb" => "TEXT",
            other => panic!("no counterpart of {other} is known"),
        };
        right.entry(row.get(0)).or_default().insert(row.get(1), (kind.to_owned(), row.get(3)));
    }
    assert!(left.len() >= 28, "{:?}", left.keys());
    assert_eq!(left, right);

    let indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%'";
    let left: BTreeSet<String> = sqlx::query_scalar(indexes).fetch_all(&mut on_sqlite).await.unwrap().into_iter().collect();
    let indexes = "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'";
    let right: BTreeSet<String> = sqlx::query_scalar(indexes).fetch_all(&mut on_postgres).await.unwrap().into_iter().collect();
    let only_postgres: Vec<_> = right.difference(&left).map(String::as_str).collect();
    assert_eq!(
        only_postgres,
        ["call_terms_search", "passage_vectors_nearest", "passages_search"],
        "SQLite has its full text tables instead"
    );
    assert!(left.is_subset(&right), "{:?}", left.difference(&right));
}

#[test]
fn both_engines_have_the_same_migration_files() {
    let names = |engine: &str| -> BTreeSet<_> {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[rstest]
#[tokio::test]
async fn migrating_twice_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    assert_eq!(store.engine(), engine);
    assert_eq!(store.pending_migrations().await.unwrap(), Vec::<String>::new());
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_new_database_says_what_is_missing() {
    let store = Store::connect("sqlite::memory:").await.unwrap();
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap();
    let mut names: Vec<String> = files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(store.pending_migrations().await.unwrap(), names);
    store.migrate().await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap(), Vec::<String>::new());
}
