//! Finding passages: by words, by meaning, or by both with one score each.

use model::{CollectionAccess, DocumentFilter, DocumentId, OrganizationId, Place};
use sqlx::types::Json;

use super::differing::{NEAREST, NEAREST_EXACT, WEIGH};
use super::documents::Narrowing;
use super::embedding::{Embedding, dot};
use super::indexes::Indexes;
use super::lexical::Weights;
use crate::engine::{Engine, Store, query};
use crate::error::Result;
use crate::statements::statements;

/// Passages that are taken from each way of finding before they are weighed together.
const CANDIDATES: usize = 50;
/// Numbers of the vectors that pgvector indexes.
const INDEXED: usize = 384;

/// Which passages `p` answer and may be found: `$1` organization, `$2` access, `$5` to `$9` what narrows, `$10` whether the bundled
/// sample counts.
macro_rules! found {
    () => {
        " JOIN documents d ON d.organization_id = p.organization_id AND d.id = p.document_id AND d.ready_version = p.version
        JOIN collections c ON c.organization_id = d.organization_id AND c.id = d.collection_id
        WHERE p.organization_id = $1 AND d.deleted_at IS NULL AND c.access IN ('everybody', $2)
            AND (d.collection_id = $5 OR $5 IS NULL) AND (d.language = $6 OR $6 IS NULL)
            AND d.updated_at >= $7 AND d.updated_at < $8 AND ($10 OR d.source <> 'sample')
            AND ($9 = '' OR EXISTS (SELECT 1 FROM document_tags t
                WHERE t.organization_id = d.organization_id AND t.document_id = d.id AND t.tag = $9))"
    };
}
pub(super) use found;

statements! {
    SERIALS_OF = "
        SELECT p.serial FROM passages p
        JOIN documents d ON d.organization_id = p.organization_id AND d.id = p.document_id AND d.ready_version = p.version
        WHERE p.organization_id = $1 AND p.document_id = $2 AND d.deleted_at IS NULL ORDER BY p.number LIMIT $3";
    OWN_DOCUMENT = "
        SELECT d.id FROM documents d JOIN collections c ON c.organization_id = d.organization_id AND c.id = d.collection_id
        WHERE d.organization_id = $1 AND c.access IN ('everybody', $2) AND d.deleted_at IS NULL AND d.ready_version >= $3 AND d.source <> 'sample'
        LIMIT 1";
}

/// A passage that answers, with its document.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct FoundPassage {
    /// The passage itself, for ever: no other gets its serial.
    pub serial: i64,
    /// Its document.
    pub document_id: DocumentId,
    /// The document's title.
    pub title: String,
    /// The document's version.
    pub version: i64,
    /// Its number in the version.
    pub number: i64,
    /// Where it stands.
    #[sqlx(json)]
    pub place: Place,
    /// Its text.
    pub text: String,
    /// Whether it is of the sample that comes with Closezly.
    pub sample: bool,
    /// Its document's language, two letters; empty if nobody could tell.
    pub language: String,
}

/// A passage with what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrieved {
    /// The passage.
    pub passage: FoundPassage,
    /// BM25 of the question's words, 0 and up.
    pub bm25: f32,
    /// The same as a part of the most that a passage could have for this question, 0 to 1.
    pub share: f32,
    /// The same by the question's words that are not stop words: whether what is asked for is there at all.
    pub content_share: f32,
    /// The cosine of its vector and the question's; none without a vector of the model.
    pub cosine: Option<f32>,
}

#[derive(sqlx::FromRow)]
struct Weighed {
    #[sqlx(flatten)]
    passage: FoundPassage,
    terms: String,
    embedding: Option<Embedding>,
}

impl Store {
    /// The passages that answer best by their words, best first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn lexical_search(
        &self,
        organization: OrganizationId,
        question: &str,
        filter: &DocumentFilter,
        access: CollectionAccess,
        limit: u32,
    ) -> Result<Vec<Retrieved>> {
        let Some(weights) = self.weights(organization, question).await? else { return Ok(Vec::new()) };
        let ranked = self.rank(organization, &weights, filter, access, limit as usize).await?;
        let serials: Vec<i64> = ranked.into_iter().map(|(serial, _)| serial).collect();
        let mut found = self.weigh(organization, Some(&weights), None, &serials, filter, access).await?;
        found.sort_by(|a, b| b.bm25.total_cmp(&a.bm25).then(a.passage.serial.cmp(&b.passage.serial)));
        Ok(found)
    }

    /// The passages whose vectors of this model are nearest to a vector of length 1, best first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn vector_search(
        &self,
        organization: OrganizationId,
        model: &str,
        vector: &[f32],
        filter: &DocumentFilter,
        access: CollectionAccess,
        limit: u32,
    ) -> Result<Vec<Retrieved>> {
        let mut found = self.nearest(organization, None, (model, vector), filter, access, limit as usize).await?;
        found.truncate(limit as usize);
        Ok(found)
    }

    /// The passages that speak for a question by their words or, with a model and the question's vector, by their meaning: some
    /// fifty of each, all with both scores, in no particular order. How the scores are blended is the caller's.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn retrieve(
        &self,
        organization: OrganizationId,
        question: &str,
        meaning: Option<(&str, &[f32])>,
        filter: &DocumentFilter,
        access: CollectionAccess,
    ) -> Result<Vec<Retrieved>> {
        let weights = self.weights(organization, question).await?;
        let mut found = match meaning {
            Some(meaning) => self.nearest(organization, weights.as_ref(), meaning, filter, access, CANDIDATES).await?,
            None => Vec::new(),
        };
        if let Some(weights) = &weights {
            let ranked = self.rank(organization, weights, filter, access, CANDIDATES).await?;
            let there = |serial: &i64| found.iter().any(|other| other.passage.serial == *serial);
            let serials: Vec<i64> = ranked.into_iter().map(|(serial, _)| serial).filter(|serial| !there(serial)).collect();
            found.extend(self.weigh(organization, Some(weights), meaning, &serials, filter, access).await?);
        }
        Ok(found)
    }

    /// The first passages of one document, each with what speaks for it, in no particular order.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn retrieve_of(
        &self,
        organization: OrganizationId,
        document: DocumentId,
        question: &str,
        meaning: Option<(&str, &[f32])>,
        access: CollectionAccess,
        limit: u32,
    ) -> Result<Vec<Retrieved>> {
        let weights = self.weights(organization, question).await?;
        let serials = query!(read self, all (i64,), SERIALS_OF, organization, document, i64::from(limit))?;
        let serials: Vec<i64> = serials.into_iter().map(|(serial,)| serial).collect();
        let everything = DocumentFilter { sample: true, ..DocumentFilter::default() };
        self.weigh(organization, weights.as_ref(), meaning, &serials, &everything, access).await
    }

    /// Whether anything answers but the sample that comes with Closezly.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn has_own_documents(&self, organization: OrganizationId, access: CollectionAccess) -> Result<bool> {
        Ok(query!(read self, optional (DocumentId,), OWN_DOCUMENT, organization, access.as_str(), 1_i64)?.is_some())
    }

    /// Whether there is any document but that sample, though none of them may answer yet.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn was_given_documents(&self, organization: OrganizationId, access: CollectionAccess) -> Result<bool> {
        Ok(query!(read self, optional (DocumentId,), OWN_DOCUMENT, organization, access.as_str(), 0_i64)?.is_some())
    }

    async fn nearest(
        &self,
        organization: OrganizationId,
        weights: Option<&Weights>,
        (model, vector): (&str, &[f32]),
        filter: &DocumentFilter,
        access: CollectionAccess,
        limit: usize,
    ) -> Result<Vec<Retrieved>> {
        if vector.is_empty() || !vector.iter().all(|number| number.is_finite()) {
            return Ok(Vec::new());
        }
        let meaning = Some((model, vector));
        // More than asked for: the index's similarities are not exact.
        let mut wanted = limit.max(CANDIDATES);
        let mut found = if self.engine() == Engine::Postgres {
            let serials = self.nearest_serials(organization, model, vector, filter, access, wanted).await?;
            self.weigh(organization, weights, meaning, &serials, filter, access).await?
        } else {
            loop {
                // The index knows nothing of filters: it is asked for more until enough is left.
                let near = self.extension::<Indexes>().search(self, organization, model, vector, wanted).await?;
                let serials: Vec<i64> = near.iter().map(|(serial, _)| *serial).collect();
                let found = self.weigh(organization, weights, meaning, &serials, filter, access).await?;
                if found.len() >= limit || near.len() < wanted {
                    break found;
                }
                wanted *= 8;
            }
        };
        found.retain(|found| found.cosine.is_some());
        found.sort_by(|a, b| b.cosine.unwrap_or(-1.0).total_cmp(&a.cosine.unwrap_or(-1.0)).then(a.passage.serial.cmp(&b.passage.serial)));
        found.truncate(limit.max(CANDIDATES));
        Ok(found)
    }

    async fn nearest_serials(
        &self,
        organization: OrganizationId,
        model: &str,
        vector: &[f32],
        filter: &DocumentFilter,
        access: CollectionAccess,
        limit: usize,
    ) -> Result<Vec<i64>> {
        let narrowing = Narrowing::of(filter);
        let embedding = Embedding(vector.to_vec());
        let mut found: Vec<(i64,)> = Vec::new();
        if vector.len() == INDEXED {
            found = query!(
                read self, all (i64,), NEAREST, organization, access.as_str(), &embedding, limit as i64, narrowing.collection,
                narrowing.language, narrowing.after, narrowing.before, &narrowing.tag, filter.sample, model
            )?;
        }
        // The index gives up after some thousands that the filter refuses.
        if found.len() < limit {
            found = query!(
                read self, all (i64,), NEAREST_EXACT, organization, access.as_str(), &embedding, limit as i64, narrowing.collection,
                narrowing.language, narrowing.after, narrowing.before, &narrowing.tag, filter.sample, model
            )?;
        }
        Ok(found.into_iter().map(|(serial,)| serial).collect())
    }

    /// Those of the serials that answer and may be found, with their scores.
    async fn weigh(
        &self,
        organization: OrganizationId,
        weights: Option<&Weights>,
        meaning: Option<(&str, &[f32])>,
        serials: &[i64],
        filter: &DocumentFilter,
        access: CollectionAccess,
    ) -> Result<Vec<Retrieved>> {
        if serials.is_empty() {
            return Ok(Vec::new());
        }
        let narrowing = Narrowing::of(filter);
        let (model, vector) = meaning.unwrap_or_default();
        let rows = query!(
            read self, all Weighed, WEIGH, organization, access.as_str(), model, Json(serials), narrowing.collection,
            narrowing.language, narrowing.after, narrowing.before, &narrowing.tag, filter.sample
        )?;
        let weighed = rows.into_iter().map(|row| {
            let (bm25, share, content_share) = weights.map_or((0.0, 0.0, 0.0), |weights| {
                let score = weights.score(&row.terms);
                (score.bm25, weights.share(score), weights.content_share(score))
            });
            let cosine = row.embedding.filter(|embedding| embedding.0.len() == vector.len()).map(|embedding| dot(&embedding.0, vector));
            Retrieved { passage: row.passage, bm25, share, content_share, cosine }
        });
        Ok(weighed.collect())
    }
}
