//! One person's data, handed out and erased as the manifests say.

use model::{MemberId, OrganizationId, PersonId};
use serde_json::{Map, Value};
use store::personal::{self, PersonalRows};
use uuid::Uuid;

use crate::actor::Actor;
use crate::area::Registry;
use crate::error::Result;
use crate::kernel::Kernel;
use crate::personal_data::{Erasure, PersonalData, Whose};

/// Whose data it is about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The person.
    pub person: PersonId,
    /// Their places in organizations.
    pub members: Vec<(OrganizationId, MemberId)>,
}

impl Subject {
    fn ids(&self, of: Whose) -> Vec<Uuid> {
        match of {
            Whose::Person => vec![self.person.0],
            Whose::Member => self.members.iter().map(|(_, member)| member.0).collect(),
        }
    }
}

const fn rows(data: &PersonalData) -> PersonalRows {
    PersonalRows { table: data.table, column: data.column }
}

/// Everything that is kept of a person: the tables, each with its rows and how long they are kept.
///
/// # Errors
/// If the database fails.
pub async fn export_person(kernel: &Kernel, registry: &Registry, subject: &Subject) -> Result<Value> {
    let mut tables = Map::new();
    for data in registry.areas.iter().flat_map(|area| area.personal_data) {
        let mut found = Vec::new();
        for id in subject.ids(data.of) {
            found.extend(kernel.store().personal_rows(rows(data), id).await?);
        }
        let kept = tables.entry(data.table).or_insert_with(|| serde_json::json!({ "retention": data.retention, "rows": [] }));
        if let Some(rows) = kept["rows"].as_array_mut() {
            rows.extend(found);
        }
    }
    Ok(Value::Object(tables))
}

/// Erases a person, all or nothing, with a line in the audit log of each of their organizations; gives how many rows were touched. What
/// stays, and why, is in the manifests.
///
/// # Errors
/// If the database fails.
pub async fn erase_person(kernel: &Kernel, registry: &Registry, subject: &Subject) -> Result<u64> {
    let mut tx = kernel.begin_own().await?;
    let mut touched = 0;
    // Higher areas first: their rows point to those of the areas beneath.
    for data in registry.areas.iter().rev().flat_map(|area| area.personal_data) {
        for id in subject.ids(data.of) {
            touched += match data.erasure {
                Erasure::Delete => personal::delete(&mut tx, rows(data), id).await?,
                Erasure::Overwrite(columns) => personal::overwrite(&mut tx, rows(data), id, columns).await?,
                Erasure::Keep(_) => 0,
            };
        }
    }
    for (organization, _) in &subject.members {
        let details = serde_json::json!({ "rows": touched });
        tx.audit_for(&Actor::system(*organization, "a person was erased"), "person.erased", subject.person, details).await?;
    }
    tx.commit().await?;
    Ok(touched)
}
