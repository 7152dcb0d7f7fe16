//! Vectors of passages: which are missing, which are new, which are gone.

use model::{DocumentId, OrganizationId, Place};

use super::embedding::Embedding;
use super::index::Index;
use super::index_revision::{self, TENANT, Tenant};
use super::indexes::Indexes;
use crate::engine::{Store, query};
use crate::error::Result;
use crate::statements::statements;

/// Vectors that are read at once into an index.
const CHUNK: i64 = 2_000;

statements! {
    // What answers, and what will when its version is complete; not what is left of versions in between.
    UNEMBEDDED = "
        SELECT p.serial, p.document_id, p.version, d.title, p.place, p.text FROM passages p
        JOIN documents d ON d.organization_id = p.organization_id AND d.id = p.document_id AND p.version IN (d.version, d.ready_version)
        WHERE p.organization_id = $1 AND p.document_id = COALESCE($3, p.document_id) AND p.serial > $4
            AND NOT EXISTS (SELECT 1 FROM passage_vectors v WHERE v.organization_id = p.organization_id
                AND v.passage_serial = p.serial AND v.model = $2)
        ORDER BY p.serial LIMIT $5";
    PUT_VECTOR = "
        INSERT INTO passage_vectors (organization_id, passage_serial, document_id, version, model, revision, dimensions, embedding)
        SELECT p.organization_id, p.serial, p.document_id, p.version, $3, CAST($4 AS BIGINT), CAST($5 AS BIGINT), $6
        FROM passages p WHERE p.organization_id = $1 AND p.serial = $2
        ON CONFLICT (passage_serial, model) DO UPDATE SET
            revision = excluded.revision, dimensions = excluded.dimensions, embedding = excluded.embedding
        WHERE passage_vectors.organization_id = excluded.organization_id";
    COUNT_VECTORS = "SELECT model, COUNT(*) FROM passage_vectors WHERE organization_id = $1 GROUP BY model ORDER BY model";
    DELETE_VECTORS = "DELETE FROM passage_vectors WHERE organization_id = $1 AND model = $2";
    ADDED_VECTORS = "
        SELECT revision, passage_serial, document_id, version, embedding FROM passage_vectors
        WHERE organization_id = $1 AND model = $2 AND (revision, passage_serial) > ($3, $4)
        ORDER BY revision, passage_serial LIMIT $5";
    REMOVED_PASSAGES = "
        SELECT document_id, version FROM passage_removals WHERE organization_id = $1 AND revision > $2 ORDER BY revision";
    // Of all tenants: the server embeds in the background what a new model has not seen.
    KNOWING_ORGANIZATIONS = "SELECT organization_id FROM knowledge_tenants ORDER BY number";
}

/// A passage that a model has not seen.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Unembedded {
    /// What the vector is given to.
    pub serial: i64,
    /// Its document.
    pub document_id: DocumentId,
    /// The document's version.
    pub version: i64,
    /// The document's title.
    pub title: String,
    /// Where it stands.
    #[sqlx(json)]
    pub place: Place,
    /// Its text.
    pub text: String,
}

#[derive(sqlx::FromRow)]
struct Added {
    revision: i64,
    passage_serial: i64,
    document_id: DocumentId,
    version: i64,
    embedding: Embedding,
}

impl Store {
    /// Passages that have no vector of this model, after a serial (0 for the first), of all documents or of one: those that
    /// answer and those that will when their version is complete.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn unembedded(
        &self,
        organization: OrganizationId,
        model: &str,
        document: Option<DocumentId>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Unembedded>> {
        query!(read self, all Unembedded, UNEMBEDDED, organization, model, document, after, i64::from(limit))
    }

    /// Keeps vectors of passages, each of length 1. One of a passage that is gone is left out; gives how many were kept.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn put_vectors(&self, organization: OrganizationId, model: &str, vectors: &[(i64, Vec<f32>)]) -> Result<u64> {
        let mut tx = self.begin().await?;
        let tenant = index_revision::next_revision(&mut tx, organization).await?;
        let mut kept = 0;
        for (serial, vector) in vectors.iter().filter(|(_, vector)| !vector.is_empty()) {
            let embedding = Embedding(vector.clone());
            kept += query!(
                within &mut tx, execute, PUT_VECTOR, organization, serial, model, tenant.revision, vector.len() as i64, embedding
            )?;
        }
        tx.commit().await?;
        Ok(kept)
    }

    /// How many vectors there are of each model.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn count_vectors(&self, organization: OrganizationId) -> Result<Vec<(String, i64)>> {
        query!(read self, all (String, i64), COUNT_VECTORS, organization)
    }

    /// Deletes the vectors of a model that is not used any more.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn delete_vectors(&self, organization: OrganizationId, model: &str) -> Result<u64> {
        let deleted = query!(write self, execute, DELETE_VECTORS, organization, model)?;
        self.extension::<Indexes>().forget(organization, model);
        Ok(deleted)
    }

    /// The organizations that have ever had documents: where to look for [`Store::unembedded`].
    ///
    /// # Errors
    /// What the engine says.
    pub async fn knowing_organizations(&self) -> Result<Vec<OrganizationId>> {
        let rows = query!(read self, all (OrganizationId,), KNOWING_ORGANIZATIONS)?;
        Ok(rows.into_iter().map(|(organization,)| organization).collect())
    }

    /// The organization's revision: it rises with every change of what a vector index has.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn knowledge_revision(&self, organization: OrganizationId) -> Result<i64> {
        Ok(query!(read self, optional Tenant, TENANT, organization)?.map_or(0, |tenant| tenant.revision))
    }

    /// Tells an index what came and went since its revision.
    ///
    /// # Errors
    /// What the engine says; the index can be told again.
    pub async fn follow(&self, organization: OrganizationId, model: &str, index: &mut Index) -> Result<()> {
        // Read first: what comes after it is told the next time, and telling twice does no harm.
        let revision = self.knowledge_revision(organization).await?;
        if revision == index.revision {
            return Ok(());
        }
        let gone = query!(read self, all (DocumentId, i64), REMOVED_PASSAGES, organization, index.revision)?;
        if !index.is_empty() {
            for (document, version) in gone {
                index.remove(document, version);
            }
        }
        let (mut after, mut serial) = (index.revision, i64::MAX);
        loop {
            let added = query!(read self, all Added, ADDED_VECTORS, organization, model, after, serial, CHUNK)?;
            let Some(last) = added.last() else { break };
            (after, serial) = (last.revision, last.passage_serial);
            let complete = (added.len() as i64) < CHUNK;
            for row in added {
                index.add(row.passage_serial, row.document_id, row.version, &row.embedding.0);
            }
            if complete {
                break;
            }
        }
        index.revision = revision;
        Ok(())
    }
}
