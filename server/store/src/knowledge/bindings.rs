//! Documents that are shown for a topic of the playbook or for a competitor.

use model::{Binding, BindingKind, DocumentId, OrganizationId};

use super::folded;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

statements! {
    INSERT_BINDING = "
        INSERT INTO document_bindings (organization_id, document_id, kind, folded, value) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (document_id, kind, folded) DO UPDATE SET value = excluded.value
        WHERE document_bindings.organization_id = excluded.organization_id";
    DELETE_BINDINGS = "DELETE FROM document_bindings WHERE organization_id = $1 AND document_id = $2";
    BINDINGS = "
        SELECT b.document_id, b.kind, b.value FROM document_bindings b
        JOIN documents d ON d.organization_id = b.organization_id AND d.id = b.document_id
        WHERE b.organization_id = $1 AND d.deleted_at IS NULL ORDER BY b.kind, b.folded, b.document_id";
    DOCUMENT_BINDINGS = "
        SELECT kind, value FROM document_bindings WHERE organization_id = $1 AND document_id = $2 ORDER BY kind, folded";
    BOUND_DOCUMENTS = "
        SELECT b.document_id FROM document_bindings b
        JOIN documents d ON d.organization_id = b.organization_id AND d.id = b.document_id
        WHERE b.organization_id = $1 AND b.kind = $2 AND b.folded = $3 AND d.deleted_at IS NULL AND d.ready_version > 0
            AND ($4 OR d.source <> 'sample') ORDER BY d.created_at DESC, d.id DESC";
}

#[derive(sqlx::FromRow)]
struct BindingRow {
    document_id: DocumentId,
    #[sqlx(flatten)]
    binding: Binding,
}

/// Puts these in the place of a document's bindings.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the document is gone or of another organization.
pub async fn set_bindings(tx: &mut Tx, organization: OrganizationId, document: DocumentId, bindings: &[Binding]) -> Result<()> {
    query!(within tx, execute, DELETE_BINDINGS, organization, document)?;
    for binding in bindings {
        let value = clean(&binding.value);
        query!(within tx, execute, INSERT_BINDING, organization, document, binding.kind.as_str(), folded(&value), value.trim())?;
    }
    Ok(())
}

impl Store {
    /// All bindings of an organization, by kind and value.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn bindings(&self, organization: OrganizationId) -> Result<Vec<(DocumentId, Binding)>> {
        let rows = query!(read self, all BindingRow, BINDINGS, organization)?;
        Ok(rows.into_iter().map(|row| (row.document_id, row.binding)).collect())
    }

    /// A document's bindings, by kind and value.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn document_bindings(&self, organization: OrganizationId, document: DocumentId) -> Result<Vec<Binding>> {
        query!(read self, all Binding, DOCUMENT_BINDINGS, organization, document)
    }

    /// The documents that answer and are bound to this topic or competitor, newest first; the bundled sample only if so wished.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn bound_documents(
        &self,
        organization: OrganizationId,
        kind: BindingKind,
        value: &str,
        sample: bool,
    ) -> Result<Vec<DocumentId>> {
        let rows = query!(read self, all (DocumentId,), BOUND_DOCUMENTS, organization, kind.as_str(), folded(&clean(value)), sample)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
