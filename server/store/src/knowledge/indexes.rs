//! The vector indexes of the organizations that asked last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::OrganizationId;
use tokio::sync::RwLock;

use super::index::Index;
use crate::engine::Store;
use crate::error::Result;

/// Vectors of all indexes together; above, those that were asked longest ago go. 500,000 of 384 numbers take some 220 MB.
const MOST_VECTORS: usize = 500_000;

type IndexKey = (OrganizationId, String);

/// An extension of the store: its clones share the indexes.
#[derive(Debug, Default)]
pub(super) struct Indexes(Mutex<KeptIndex>);

#[derive(Debug, Default)]
struct KeptIndex {
    asked: u64,
    indexes: HashMap<IndexKey, Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    index: Arc<RwLock<Index>>,
    asked: u64,
    vectors: usize,
}

impl Indexes {
    /// The nearest passages of an organization, as [`Index::search`]; reads what its index was not told yet.
    pub async fn search(
        &self,
        store: &Store,
        organization: OrganizationId,
        model: &str,
        vector: &[f32],
        limit: usize,
    ) -> Result<Vec<(i64, f32)>> {
        let key = (organization, model.to_owned());
        let index = self.index(&key);
        let revision = store.knowledge_revision(organization).await?;
        if index.read().await.revision != revision {
            let mut told = index.write().await;
            store.follow(organization, model, &mut told).await?;
            self.note(&key, told.len());
        }
        let (index, vector) = (index.read_owned().await, vector.to_vec());
        // Milliseconds of arithmetic: not on a thread that others wait for.
        let found = tokio::task::spawn_blocking(move || index.search(&vector, limit)).await;
        Ok(found.unwrap_or_default())
    }

    /// Drops an index.
    pub fn forget(&self, organization: OrganizationId, model: &str) {
        self.kept().indexes.remove(&(organization, model.to_owned()));
    }

    fn index(&self, key: &IndexKey) -> Arc<RwLock<Index>> {
        let mut kept = self.kept();
        kept.asked += 1;
        let asked = kept.asked;
        let slot = kept.indexes.entry(key.clone()).or_default();
        slot.asked = asked;
        slot.index.clone()
    }

    fn note(&self, key: &IndexKey, vectors: usize) {
        let mut kept = self.kept();
        if let Some(slot) = kept.indexes.get_mut(key) {
            slot.vectors = vectors;
        }
        while kept.indexes.len() > 1 && kept.indexes.values().map(|slot| slot.vectors).sum::<usize>() > MOST_VECTORS {
            let oldest = kept.indexes.iter().filter(|(other, _)| *other != key).min_by_key(|(_, slot)| slot.asked);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            kept.indexes.remove(&oldest);
        }
    }

    /// A thread that panicked has left nothing half done here.
    fn kept(&self) -> std::sync::MutexGuard<'_, KeptIndex> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
