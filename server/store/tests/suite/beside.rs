//! A connection beside the store's own: what no store would ask.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, TypeInfo, ValueRef};
use store::Engine;
use store::testing::TestStore;

/// A connection of the store's engine.
pub enum On {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl On {
    pub async fn open(store: &TestStore) -> Self {
        match store.engine() {
            Engine::Sqlite => Self::Sqlite(SqliteConnection::connect(store.url()).await.unwrap()),
            Engine::Postgres => Self::Postgres(PgConnection::connect(store.url()).await.unwrap()),
        }
    }

    /// What a statement reads, a row a text.
    pub async fn rows(&mut self, sql: String) -> Result<Vec<String>, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await?;
                let value = |row: &sqlx::sqlite::SqliteRow, at: usize| {
                    let kind = row.try_get_raw(at).unwrap().type_info().name().to_owned();
                    match kind.as_str() {
                        "INTEGER" | "BOOLEAN" => row.get::<Option<i64>, _>(at).map(|value| value.to_string()),
                        "REAL" => row.get::<Option<f64>, _>(at).map(|value| value.to_string()),
                        "BLOB" => row.get::<Option<Vec<u8>>, _>(at).map(hex::encode),
                        "NULL" => None,
                        _ => row.get_unchecked::<Option<String>, _>(at),
                    }
                };
                Ok(rows.iter().map(|row| format!("{:?}", (0..row.len()).map(|at| value(row, at)).collect::<Vec<_>>())).collect())
            }
            Self::Postgres(connection) => {
                let sql = format!("SELECT CAST(to_jsonb(t) AS TEXT) FROM ({sql}) t");
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await
            }
        }
    }

    /// How many rows a statement would change.
    pub async fn would_change(&mut self, sql: String) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => {
                let mut tx = connection.begin().await?;
                let changed = sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?.rows_affected();
                tx.rollback().await.map(|()| changed)
            }
            Self::Postgres(connection) => {
                let mut tx = connection.begin().await?;
                let changed = sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?.rows_affected();
                tx.rollback().await.map(|()| changed)
            }
        }
    }

    /// Rows of two texts.
    pub async fn pairs(&mut self, sql: &'static str) -> Vec<(String, String)> {
        match self {
            Self::Sqlite(connection) => sqlx::query_as(sql).fetch_all(connection).await.unwrap(),
            Self::Postgres(connection) => sqlx::query_as(sql).fetch_all(connection).await.unwrap(),
        }
    }

    /// The tables that a migration made, each with its columns; without what an engine reckons by itself.
    pub async fn tables(&mut self) -> BTreeMap<String, Vec<String>> {
        let columns = match self {
            Self::Sqlite(_) => {
                "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%_fts%' AND m.name <> '_sqlx_migrations'"
            }
            Self::Postgres(_) => {
                "SELECT table_name::text, column_name::text FROM information_schema.columns
                WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name <> '_sqlx_migrations'"
            }
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in self.pairs(columns).await {
            tables.entry(table).or_default().push(column);
        }
        tables
    }

    /// Tables, columns and indexes as the engine describes them.
    pub async fn shape(&mut self) -> BTreeSet<(String, String)> {
        let described = match self {
            Self::Sqlite(_) => "SELECT type || ' ' || name, COALESCE(sql, '') FROM sqlite_schema",
            Self::Postgres(_) => {
                "SELECT table_name || '.' || column_name, data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '')
                FROM information_schema.columns WHERE table_schema = 'public'
                UNION ALL SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            }
        };
        self.pairs(described).await.into_iter().collect()
    }
}
