//! The migrated schema, rows in every table of it, and where words are in them.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use super::TestStore;
use crate::engine::Engine;

/// A column as both engines have it.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// PostgreSQL's type.
    pub kind: String,
    /// The words that it may be, if it is one of some.
    words: Option<String>,
    /// Table and column that it points at.
    parent: Option<(String, String)>,
    /// SQLite counts it by itself.
    serial: bool,
}

/// Every table with its columns; none of those that SQLite's full text search makes for itself.
#[derive(Debug)]
pub struct Schema(pub BTreeMap<String, Vec<Column>>);

impl Schema {
    /// Reads both; they have the same tables, which another test proves.
    pub async fn of(sqlite: &TestStore, postgres: &TestStore) -> Self {
        let mut on_sqlite = SqliteConnection::connect(sqlite.url()).await.unwrap();
        let mut on_postgres = PgConnection::connect(postgres.url()).await.unwrap();
        let kinds =
            "SELECT table_name::text, column_name::text, CASE data_type WHEN 'USER-DEFINED' THEN udt_name::text ELSE data_type::text END
            FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name <> '_sqlx_migrations'";
        let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
        for row in sqlx::query(kinds).fetch_all(&mut on_postgres).await.unwrap() {
            let (name, kind) = (row.get(1), row.get(2));
            tables.entry(row.get(0)).or_default().push(Column { name, kind, words: None, parent: None, serial: false });
        }
        for (table, columns) in &mut tables {
            let made: String = sqlx::query_scalar("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = $1")
                .bind(table.clone())
                .fetch_one(&mut on_sqlite)
                .await
                .unwrap();
            let sql = format!("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('{table}')");
            let parents = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut on_sqlite).await.unwrap();
            for column in columns {
                let choice = format!("({} IN ('", column.name);
                column.words = made.split_once(&choice).and_then(|(_, rest)| Some(rest.split_once('\'')?.0.to_owned()));
                column.parent = parents.iter().find(|row| row.get::<String, _>(0) == column.name).map(|row| (row.get(1), row.get(2)));
                column.serial = ["serial", "number"].contains(&column.name.as_str())
                    && made.contains(&format!("{} INTEGER NOT NULL PRIMARY KEY", column.name));
            }
        }
        Self(tables)
    }

    /// The tables that have an organization.
    pub fn tenants(&self) -> BTreeSet<String> {
        let has = |columns: &Vec<Column>| columns.iter().any(|column| column.name == "organization_id");
        self.0.iter().filter(|(_, columns)| has(columns)).map(|(table, _)| table.clone()).collect()
    }

    /// Tables, each after those that it points at.
    fn in_order(&self) -> Vec<&str> {
        let mut order: Vec<&str> = Vec::new();
        while order.len() < self.0.len() {
            let before = order.len();
            for (table, columns) in &self.0 {
                let parents = columns.iter().filter_map(|column| column.parent.as_ref()).map(|(parent, _)| parent.as_str());
                let ready = parents.filter(|parent| parent != table).all(|parent| order.contains(&parent));
                if ready && !order.contains(&table.as_str()) {
                    order.push(table);
                }
            }
            assert!(order.len() > before, "tables that point at each other: {order:?}");
        }
        order
    }

    /// A value of a column in the rows of tenant `seed`, as SQL of an engine. What points at nobody in the schema has the same id in
    /// every table, so that what a statement joins by hand is found.
    fn literal(&self, table: &str, column: &Column, seed: u8, engine: Engine) -> String {
        if let Some((parent, of)) = &column.parent {
            let column = self.0[parent].iter().find(|column| column.name == *of).unwrap();
            return self.literal(parent, column, seed, engine);
        }
        match column.kind.as_str() {
            "uuid" => {
                let hex = uuid(table, &column.name, seed).simple().to_string();
                if engine == Engine::Sqlite { format!("x'{hex}'") } else { format!("'{hex}'") }
            }
            "bytea" => {
                let hex = format!("{seed:02x}").repeat(32);
                if engine == Engine::Sqlite { format!("x'{hex}'") } else { format!("'\\x{hex}'") }
            }
            "vector" if engine == Engine::Sqlite => "x'0000803f'".to_owned(),
            "vector" => "'[1]'".to_owned(),
            "bigint" if column.serial => (1_000 + i64::from(seed)).to_string(),
            // One place for all: the relay gives each its own.
            "bigint" if table == "events" && column.name == "position" => seed.to_string(),
            "bigint" => "1".to_owned(),
            "double precision" => "0.5".to_owned(),
            "boolean" if engine == Engine::Sqlite => "1".to_owned(),
            "boolean" => "TRUE".to_owned(),
            // What is deleted is seen by nobody.
            "timestamp with time zone" if column.name == "deleted_at" => "NULL".to_owned(),
            "timestamp with time zone" => format!("'{TIME}'"),
            "jsonb" => "'{}'".to_owned(),
            "text" if column.name == "day" => "'2026-09-21'".to_owned(),
            "text" => format!("'{}'", column.words.clone().unwrap_or_else(|| format!("word{seed}"))),
            other => panic!("{table}.{}: what is a {other} filled with?", column.name),
        }
    }

    /// A row in every table for an organization; its words are `word` and `seed`.
    pub async fn fill(&self, store: &TestStore, seed: u8) {
        let engine = store.engine();
        // What there is once for all.
        for table in self.in_order().into_iter().filter(|table| !["event_head", "schedules"].contains(table)) {
            let columns = &self.0[table];
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let values: Vec<String> = columns.iter().map(|column| self.literal(table, column, seed, engine)).collect();
            let overriding = if engine == Engine::Postgres { " OVERRIDING SYSTEM VALUE" } else { "" };
            let sql = format!("INSERT INTO {table} ({}){overriding} VALUES ({})", names.join(", "), values.join(", "));
            super::execute(store, &sql).await;
        }
    }

    /// How many rows a table has, of those for which a condition holds.
    pub async fn count(store: &TestStore, table: &str, condition: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE {condition}"));
        match store.engine() {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(store.url()).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(store.url()).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// The columns in which words are found, as `table.column`, whatever they hold: text, JSON, or bytes that are text. In any case.
    pub async fn find(&self, store: &TestStore, words: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (table, columns) in &self.0 {
            for column in columns {
                let name = &column.name;
                let text = match (store.engine(), column.kind.as_str()) {
                    (Engine::Postgres, "bytea") => format!("encode({name}, 'escape')"),
                    _ => format!("CAST({name} AS TEXT)"),
                };
                let condition = format!("LOWER({text}) LIKE '%{}%'", words.to_lowercase());
                if Self::count(store, table, &condition).await > 0 {
                    found.push(format!("{table}.{name}"));
                }
            }
        }
        found
    }

    /// The value that a table's row has in a column, in tenant `seed`.
    pub fn value(&self, table: &str, column: &str, seed: u8, engine: Engine) -> Option<String> {
        let column = self.0.get(table)?.iter().find(|other| other.name == column)?;
        Some(self.literal(table, column, seed, engine))
    }
}

/// When everything happened.
pub const TIME: &str = "2026-09-21T12:00:00+00:00";

/// The id of a tenant's thing: an organization's is the same wherever it stands.
pub fn uuid(table: &str, column: &str, seed: u8) -> uuid::Uuid {
    let thing = match (table, column) {
        ("organizations", "id") | (_, "organization_id" | "share") => "organizations".to_owned(),
        (table, "id") => table.to_owned(),
        (_, "member_id" | "actor") => "members".to_owned(),
        (_, column) => column.trim_end_matches("_id").to_owned() + "s",
    };
    let mut bytes = [seed; 16];
    for (at, byte) in thing.bytes().enumerate() {
        bytes[1 + at % 15] ^= byte;
    }
    uuid::Uuid::from_bytes(bytes)
}
