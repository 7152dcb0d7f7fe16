//! Data of one person, in whatever tables the areas' manifests name: read out, counted, and erased; and what an organization leaves
//! behind when it goes with its only member.
//!
//! Architecture invariant: names of tables and columns come from constants of this program only; values are bound.

use model::OrganizationId;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use uuid::Uuid;

use crate::engine::{Db, Open, Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    // Foreign keys take along what hangs on these. Jobs stay: among them are those that delete files, and they name things by id only.
    // The log stays too, and with it the organization's row: both name nobody.
    DELETE_COLLECTIONS = "DELETE FROM collections WHERE organization_id = $1";
    DELETE_MEMBERS = "DELETE FROM members WHERE organization_id = $1";
    DELETE_KNOWLEDGE_TENANT = "DELETE FROM knowledge_tenants WHERE organization_id = $1";
    DELETE_KNOWLEDGE_TERMS = "DELETE FROM knowledge_terms WHERE organization_id = $1";
    DELETE_PASSAGE_REMOVALS = "DELETE FROM passage_removals WHERE organization_id = $1";
    DELETE_EVENTS = "DELETE FROM events WHERE organization_id = $1";
    DELETE_PLAYBOOKS = "DELETE FROM playbooks WHERE organization_id = $1";
    DELETE_FLAGS = "DELETE FROM feature_flags WHERE organization_id = $1";
    DELETE_CREDENTIALS = "DELETE FROM credentials WHERE organization_id = $1";
    DELETE_USAGE = "DELETE FROM usage_days WHERE organization_id = $1";
    DELETE_STORAGE = "DELETE FROM organization_storage WHERE organization_id = $1";
    DELETE_KEYS = "DELETE FROM idempotency_keys WHERE organization_id = $1";
    FORGET_ORGANIZATION = "UPDATE organizations SET name = $2 WHERE id = $1";
}

/// Columns that are never read out: they open doors, or are made of other columns for search.
const NEVER_SHOWN: [&str; 6] = ["password_hash", "secret_hash", "token_hash", "sealed", "search", "terms"];

/// Rows of one person: those whose `column` is the person's, or points at a row that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalRows {
    /// The table.
    pub table: &'static str,
    /// What says whose a row is: a column, or a value in one that is JSON.
    pub column: &'static str,
    /// The table that the column points at, if that one knows whose it is.
    pub through: Option<Through>,
}

/// A row in between, which says whose those are that point at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Through {
    /// Its table.
    pub table: &'static str,
    /// What is pointed at.
    pub id: &'static str,
    /// What says whose it is.
    pub column: &'static str,
}

/// What rows are known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// A person's or a member's id.
    Id(Uuid),
    /// A mail address.
    Address(&'a str),
}

impl PersonalRows {
    fn condition(&self) -> String {
        match self.through {
            None => format!("{} = $1", self.column),
            Some(Through { table, id, column }) => format!("{} IN (SELECT {id} FROM {table} WHERE {column} = $1)", self.column),
        }
    }
}

/// Binds a key's value, whichever it is.
macro_rules! bound {
    ($query:expr, $key:expr) => {
        match $key {
            Key::Id(id) => $query.bind(id),
            Key::Address(address) => $query.bind(address.to_owned()),
        }
    };
}

impl Store {
    /// Reads rows out, each as a JSON object of its columns; ids as text, secrets left out.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn personal_rows(&self, rows: PersonalRows, key: Key<'_>) -> Result<Vec<Value>> {
        let (table, condition) = (rows.table, rows.condition());
        let read: Vec<(Json<Value>,)> = match &self.db {
            Db::Sqlite { readers, .. } => {
                let columns: Vec<(String,)> = sqlx::query_as("SELECT name FROM pragma_table_info($1)")
                    .bind(table)
                    .fetch_all(readers)
                    .await
                    .map_err(|error| self.failed(error))?;
                let shown = columns.iter().map(|(name,)| name.as_str()).filter(|name| !NEVER_SHOWN.contains(name));
                let pairs: Vec<String> = shown
                    .map(|name| format!("'{name}', CASE typeof({name}) WHEN 'blob' THEN lower(hex({name})) ELSE {name} END"))
                    .collect();
                let sql = format!("SELECT json_object({}) FROM {table} WHERE {condition}", pairs.join(", "));
                let query = sqlx::query_as::<Sqlite, _>(AssertSqlSafe(sql));
                bound!(query, key).fetch_all(readers).await.map_err(|error| self.failed(error))?
            }
            Db::Postgres(pool) => {
                let without: String = NEVER_SHOWN.iter().map(|name| format!(" - '{name}'")).collect();
                let sql = format!("SELECT to_jsonb({table}){without} FROM {table} WHERE {condition}");
                let query = sqlx::query_as::<Postgres, _>(AssertSqlSafe(sql));
                bound!(query, key).fetch_all(pool).await.map_err(|error| self.failed(error))?
            }
        };
        Ok(read.into_iter().map(|(row,)| row.0).collect())
    }
}

/// How many rows there are.
///
/// # Errors
/// What the engine says.
pub async fn count(tx: &mut Tx, rows: PersonalRows, key: Key<'_>) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", rows.table, rows.condition());
    let counted: Option<sqlx::Result<(i64,)>> = match tx.open() {
        Some(Open::Sqlite(tx)) => Some(bound!(sqlx::query_as::<Sqlite, _>(AssertSqlSafe(sql)), key).fetch_one(&mut **tx).await),
        Some(Open::Postgres(tx)) => Some(bound!(sqlx::query_as::<Postgres, _>(AssertSqlSafe(sql)), key).fetch_one(&mut **tx).await),
        None => None,
    };
    Ok(tx.after(counted)?.0.unsigned_abs())
}

/// Deletes rows.
///
/// # Errors
/// What the engine says.
pub async fn delete(tx: &mut Tx, rows: PersonalRows, key: Key<'_>) -> Result<()> {
    execute(tx, format!("DELETE FROM {} WHERE {}", rows.table, rows.condition()), key).await
}

/// Empties columns of rows.
///
/// # Errors
/// What the engine says.
pub async fn empty(tx: &mut Tx, rows: PersonalRows, key: Key<'_>, columns: &[&'static str]) -> Result<()> {
    let set: Vec<String> = columns.iter().map(|column| format!("{column} = NULL")).collect();
    execute(tx, format!("UPDATE {} SET {} WHERE {}", rows.table, set.join(", "), rows.condition()), key).await
}

async fn execute(tx: &mut Tx, sql: String, key: Key<'_>) -> Result<()> {
    let done = match tx.open() {
        Some(Open::Sqlite(tx)) => Some(bound!(sqlx::query::<Sqlite>(AssertSqlSafe(sql)), key).execute(&mut **tx).await.map(drop)),
        Some(Open::Postgres(tx)) => Some(bound!(sqlx::query::<Postgres>(AssertSqlSafe(sql)), key).execute(&mut **tx).await.map(drop)),
        None => None,
    };
    tx.after(done)
}

/// Deletes all that an organization has but its log, its jobs and its row, which gets another name.
///
/// # Errors
/// What the engine says.
pub async fn erase_organization(tx: &mut Tx, organization: OrganizationId, name: &str) -> Result<()> {
    const ALL: [&str; 12] = [
        DELETE_COLLECTIONS,
        DELETE_MEMBERS,
        DELETE_KNOWLEDGE_TENANT,
        DELETE_KNOWLEDGE_TERMS,
        DELETE_PASSAGE_REMOVALS,
        DELETE_EVENTS,
        DELETE_PLAYBOOKS,
        DELETE_FLAGS,
        DELETE_CREDENTIALS,
        DELETE_USAGE,
        DELETE_STORAGE,
        DELETE_KEYS,
    ];
    for statement in ALL {
        query!(within tx, execute, statement, organization)?;
    }
    query!(within tx, execute, FORGET_ORGANIZATION, organization, name)?;
    Ok(())
}
