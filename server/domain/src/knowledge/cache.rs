//! What the knowledge area remembers while the server runs, and what nobody may find after a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{CallId, DocumentId, OrganizationId};
use quick_cache::sync::Cache;
use secrecy::SecretString;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::call::Found;

/// Looked-up passages that are remembered, of all calls.
const REMEMBERED: usize = 512;
/// How long an organization's first document may be overlooked by calls.
const NOTHING_HOLDS: Duration = Duration::from_secs(1);

/// What is remembered. Passwords of documents are here and nowhere else, until their document is read.
pub(crate) struct KnowledgeCache {
    inner: Mutex<Inner>,
    found: Cache<Key, Option<Found>>,
}

impl Default for KnowledgeCache {
    fn default() -> Self {
        Self { inner: Mutex::default(), found: Cache::new(REMEMBERED) }
    }
}

#[derive(Default)]
struct Inner {
    passwords: HashMap<DocumentId, SecretString>,
    prefetching: HashMap<CallId, AbortHandle>,
    embedding_problem: String,
    /// Documents that are being read.
    turns: HashMap<DocumentId, Arc<tokio::sync::Mutex<()>>>,
    /// Organizations that had nothing to look in, and when that was looked at.
    nothing: HashMap<OrganizationId, Instant>,
    /// At which revision the current model answered, or the one before.
    serving: HashMap<OrganizationId, (i64, bool)>,
}

/// A question of a call at a revision of what the organization knows: another revision is another key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub organization: OrganizationId,
    pub revision: i64,
    pub words: String,
    pub bound: String,
    /// Whether the bundled sample counts.
    pub sample: bool,
    /// Whether what was found was read by the model that tells what answers.
    pub read: bool,
}

impl KnowledgeCache {
    fn inner<T>(&self, with: impl FnOnce(&mut Inner) -> T) -> T {
        with(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn keep_password(&self, document: DocumentId, password: SecretString) {
        self.inner(|inner| inner.passwords.insert(document, password));
    }

    pub(super) fn take_password(&self, document: DocumentId) -> Option<SecretString> {
        self.inner(|inner| inner.passwords.remove(&document))
    }

    /// A document is read once at a time: whoever reads it holds its turn.
    pub(super) fn turn(&self, document: DocumentId) -> Arc<tokio::sync::Mutex<()>> {
        self.inner(|inner| {
            inner.turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(inner.turns.entry(document).or_default())
        })
    }

    /// The passage that was found; `Some(None)` is that none is good enough.
    pub(super) fn recall(&self, key: &Key) -> Option<Option<Found>> {
        self.found.get(key)
    }

    /// The cache decides which others give way.
    pub(super) fn remember(&self, key: Key, found: Option<Found>) {
        self.found.insert(key, found);
    }

    /// Nothing of what an organization's calls have found is remembered any more: something was deleted or hidden.
    pub(super) fn forget(&self, organization: OrganizationId) {
        self.found.retain(|key, _| key.organization != organization);
    }

    /// Whether an organization had nothing to look in a moment ago: then nobody asks the database again for each word of its calls.
    pub(super) fn had_nothing(&self, organization: OrganizationId) -> bool {
        self.inner(|inner| inner.nothing.get(&organization).is_some_and(|looked| looked.elapsed() < NOTHING_HOLDS))
    }

    pub(super) fn keep_nothing(&self, organization: OrganizationId) {
        self.inner(|inner| {
            inner.nothing.retain(|_, looked| looked.elapsed() < NOTHING_HOLDS);
            inner.nothing.insert(organization, Instant::now());
        });
    }

    /// A look-up that runs ahead of a question; the one before it in the same call is stale and ends.
    pub(super) fn replace_prefetch(&self, call: CallId, task: AbortHandle) {
        if let Some(stale) = self.inner(|inner| {
            inner.prefetching.retain(|_, running| !running.is_finished());
            inner.prefetching.insert(call, task)
        }) {
            stale.abort();
        }
    }

    /// Whether the current model answers at this revision; none if it was not looked at.
    pub(super) fn serves_current(&self, organization: OrganizationId, revision: i64) -> Option<bool> {
        self.inner(|inner| inner.serving.get(&organization).filter(|(known, _)| *known == revision).map(|(_, current)| *current))
    }

    pub(super) fn keep_serving(&self, organization: OrganizationId, revision: i64, current: bool) {
        self.inner(|inner| inner.serving.insert(organization, (revision, current)));
    }

    /// What is wrong with the embedding model, for people; empty for nothing.
    pub(super) fn embedding_problem(&self) -> String {
        self.inner(|inner| inner.embedding_problem.clone())
    }

    pub(super) fn set_embedding_problem(&self, problem: &str) {
        self.inner(|inner| problem.clone_into(&mut inner.embedding_problem));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(organization: u128, revision: i64) -> Key {
        Key {
            organization: OrganizationId::from(Uuid::from_u128(organization)),
            revision,
            words: "how much is it".to_owned(),
            bound: String::new(),
            sample: false,
            read: false,
        }
    }

    #[test]
    fn what_was_found_is_known_until_it_must_be_forgotten() {
        let cache = KnowledgeCache::default();
        cache.remember(key(1, 1), None);
        cache.remember(key(2, 1), None);
        assert!(cache.recall(&key(1, 1)).is_some() && cache.recall(&key(1, 2)).is_none());
        cache.forget(OrganizationId::from(Uuid::from_u128(1)));
        assert!(cache.recall(&key(1, 1)).is_none());
        assert!(cache.recall(&key(2, 1)).is_some(), "another organization's");
    }

    #[test]
    fn only_so_much_is_remembered() {
        let cache = KnowledgeCache::default();
        let all = 10 * i64::try_from(REMEMBERED).unwrap_or(0);
        (0..all).for_each(|revision| cache.remember(key(1, revision), None));
        let kept = (0..all).filter(|revision| cache.recall(&key(1, *revision)).is_some()).count();
        assert!((1..=REMEMBERED).contains(&kept), "{kept}");
    }
}
