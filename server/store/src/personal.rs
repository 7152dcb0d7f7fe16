//! Data of one person, in whatever tables the areas' manifests name: read out, and erased.
//!
//! Architecture invariant: names of tables and columns come from constants of this program only; values are bound.

use serde_json::Value;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use uuid::Uuid;

use crate::engine::{Db, Open, Store, Tx};
use crate::error::Result;

/// Columns that are never read out: they open doors.
const SECRET: [&str; 4] = ["password_hash", "secret_hash", "token_hash", "sealed"];

/// Rows of one person: those whose `column` is their id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalRows {
    /// The table.
    pub table: &'static str,
    /// The column that says whose it is.
    pub column: &'static str,
}

impl Store {
    /// Reads rows out, each as a JSON object of its columns; ids as text, secrets left out.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn personal_rows(&self, rows: PersonalRows, id: Uuid) -> Result<Vec<Value>> {
        let PersonalRows { table, column } = rows;
        let read: Vec<(Json<Value>,)> = match &self.db {
            Db::Sqlite { readers, .. } => {
                let columns: Vec<(String,)> = sqlx::query_as("SELECT name FROM pragma_table_info($1)")
                    .bind(table)
                    .fetch_all(readers)
                    .await
                    .map_err(|error| self.failed(error))?;
                let shown = columns.iter().map(|(name,)| name.as_str()).filter(|name| !SECRET.contains(name));
                let pairs: Vec<String> = shown
                    .map(|name| format!("'{name}', CASE typeof({name}) WHEN 'blob' THEN lower(hex({name})) ELSE {name} END"))
                    .collect();
                let sql = format!("SELECT json_object({}) FROM {table} WHERE {column} = $1", pairs.join(", "));
                sqlx::query_as::<Sqlite, _>(AssertSqlSafe(sql)).bind(id).fetch_all(readers).await.map_err(|error| self.failed(error))?
            }
            Db::Postgres(pool) => {
                let without: String = SECRET.iter().map(|name| format!(" - '{name}'")).collect();
                let sql = format!("SELECT to_jsonb(t){without} FROM {table} t WHERE t.{column} = $1");
                sqlx::query_as::<Postgres, _>(AssertSqlSafe(sql)).bind(id).fetch_all(pool).await.map_err(|error| self.failed(error))?
            }
        };
        Ok(read.into_iter().map(|(row,)| row.0).collect())
    }
}

/// Deletes rows; gives how many there were.
///
/// # Errors
/// What the engine says.
pub async fn delete(tx: &mut Tx, rows: PersonalRows, id: Uuid) -> Result<u64> {
    execute(tx, format!("DELETE FROM {} WHERE {} = $1", rows.table, rows.column), id).await
}

/// Puts other texts into columns; gives how many rows there were. `{id}` in a text stands for the id without dashes.
///
/// # Errors
/// What the engine says.
pub async fn overwrite(tx: &mut Tx, rows: PersonalRows, id: Uuid, columns: &[(&'static str, &'static str)]) -> Result<u64> {
    let texts = columns.iter().map(|(column, text)| format!("{column} = '{}'", text.replace("{id}", &id.simple().to_string())));
    let set = texts.collect::<Vec<_>>().join(", ");
    execute(tx, format!("UPDATE {} SET {set} WHERE {} = $1", rows.table, rows.column), id).await
}

async fn execute(tx: &mut Tx, sql: String, id: Uuid) -> Result<u64> {
    let done = match tx.open() {
        Some(Open::Sqlite(tx)) => {
            Some(sqlx::query::<Sqlite>(AssertSqlSafe(sql)).bind(id).execute(&mut **tx).await.map(|done| done.rows_affected()))
        }
        Some(Open::Postgres(tx)) => {
            Some(sqlx::query::<Postgres>(AssertSqlSafe(sql)).bind(id).execute(&mut **tx).await.map(|done| done.rows_affected()))
        }
        None => None,
    };
    tx.after(done)
}
