//! One person's data, handed out and erased as the manifests say.

use serde_json::{Map, Value};
use store::personal;

use crate::actor::Actor;
use crate::area::Registry;
use crate::error::Result;
use crate::kernel::Kernel;
use crate::personal_data::{Erasure, Subject};
use crate::tx::Tx;

/// Rows of a person in a table, and what becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The table.
    pub table: &'static str,
    /// How many.
    pub rows: u64,
    /// What becomes of them.
    pub erasure: Erasure,
}

/// What an organization is called that went with its only member. Its row stays, for its log.
const GONE: &str = "Erased organization";

/// Everything that is kept of a person: the tables, each with its rows and how long they are kept.
///
/// # Errors
/// If the database fails.
pub async fn export_person(kernel: &Kernel, registry: &Registry, subject: &Subject) -> Result<Value> {
    let mut tables = Map::new();
    for data in registry.personal_data() {
        let mut found = Vec::new();
        for key in subject.keys(data.of) {
            found.extend(kernel.store().personal_rows(data.rows, key).await?);
        }
        let kept = tables.entry(data.rows.table).or_insert_with(|| serde_json::json!({ "retention": data.retention, "rows": [] }));
        if let Some(rows) = kept["rows"].as_array_mut() {
            rows.extend(found);
        }
    }
    Ok(Value::Object(tables))
}

/// Erases a person within a unit of work, with a line in the log of each of their organizations that names nobody; gives what was there,
/// table by table. Files go by jobs that the areas enqueue. What stays, and why, is in the manifests.
///
/// # Errors
/// An area's that can't let the person go now; if the database fails.
pub async fn erase_person(tx: &mut Tx, registry: &Registry, subject: &Subject) -> Result<Vec<Erased>> {
    for area in &registry.areas {
        (area.on_erase)(tx, subject).await?;
    }
    // Counted before anything goes: foreign keys take rows of other tables along.
    let mut erased = Vec::new();
    for data in registry.personal_data() {
        let mut rows = 0;
        for key in subject.keys(data.of) {
            rows += personal::count(tx, data.rows, key).await?;
        }
        erased.push(Erased { table: data.rows.table, rows, erasure: data.erasure });
    }
    for data in registry.personal_data() {
        for key in subject.keys(data.of) {
            match data.erasure {
                Erasure::Delete => personal::delete(tx, data.rows, key).await?,
                Erasure::Empty(columns) => personal::empty(tx, data.rows, key, columns).await?,
                Erasure::Keep(_) => {}
            }
        }
    }
    for organization in &subject.organizations {
        personal::erase_organization(tx, *organization, GONE).await?;
    }
    let gone: u64 = erased.iter().filter(|table| table.erasure == Erasure::Delete).map(|table| table.rows).sum();
    for (organization, _) in &subject.members {
        let details = serde_json::json!({ "rows": gone, "organization": subject.organizations.contains(organization) });
        let subject = subject.person.map(|person| person.to_string()).unwrap_or_default();
        tx.audit_for(&Actor::system(*organization, "a person was erased"), "person.erased", subject, details).await?;
    }
    Ok(erased)
}
