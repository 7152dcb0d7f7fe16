//! Passages for a live call: what answers the customer's question or objection, looked up while it is still being said.
//!
//! Nothing here delays a cue: who calls shows it first and adds the source when it is there. What was found is remembered by the
//! words and by the revision of what the organization knows, so a change of it makes all that was remembered stale.

use std::time::Duration;

use model::{BindingKind, CallId, CallSource, Citation, CollectionAccess, DocumentFilter, DocumentId, OrganizationId};
use store::knowledge::NewUse;

use super::answer;
use super::cache::Key;
use super::search::{Scored, cite, excerpt, excerpt_from, retrieve, retrieve_of, with_sample};
use super::text::Span;
use crate::knowledge::{KnowledgeKernel as _, Remembering as _};
use kernel::Kernel;
use kernel::Result;

/// Words that begin a sentence: fewer say nothing.
const FEWEST_WORDS: usize = 4;
/// The last words of a long turn are what it asks.
const MOST_WORDS: usize = 60;
/// A look-up that takes longer comes too late for the moment.
const PATIENCE: Duration = Duration::from_secs(5);
/// Characters that are read at a glance.
const EXCERPT: u32 = 200;
/// What a bound document's passage counts for more.
const BOUND: f32 = 0.25;
/// Passages of a document that was made for one thing.
const SHORT: usize = 2;

/// What a cue is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// In which call; none for no certain one.
    pub call: Option<CallId>,
    /// The customer's words.
    pub words: String,
    /// The cue's topic of the playbook, such as `objection.price`; empty for none.
    pub topic: String,
    /// The competitor that was named.
    pub competitor: Option<String>,
}

/// A passage for a cue.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its words with their place.
    pub citation: Citation,
    /// How good it is, 0 to 1.
    pub score: f32,
}

/// The best passage for what a customer said, from what everybody in the organization may read; none if none is good enough.
/// Errors are logged: a call goes on without.
pub async fn find_for_call(kernel: &Kernel, organization: OrganizationId, query: CallQuery) -> Option<Found> {
    look_up(kernel, organization, query, true).await
}

async fn look_up(kernel: &Kernel, organization: OrganizationId, query: CallQuery, reads: bool) -> Option<Found> {
    match tokio::time::timeout(PATIENCE, find(kernel, organization, &query, reads)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::warn!(error = %error.into_problem(), "no passage could be looked up for a call");
            None
        }
        Err(_) => {
            tracing::warn!("looking up a passage for a call took too long");
            None
        }
    }
}

/// Looks up what a customer is about to have said, so that the cue's own look-up finds it. The one before it in the same call is
/// stale and ends.
pub fn prefetch_for_call(kernel: &Kernel, organization: OrganizationId, call: CallId, words: String) {
    if words.split_whitespace().nth(FEWEST_WORDS - 1).is_none() {
        return;
    }
    let looking = {
        let kernel = kernel.clone();
        tokio::spawn(async move {
            // What is half said is not read: the next words would have it read again.
            look_up(&kernel, organization, CallQuery { call: Some(call), words, ..CallQuery::default() }, false).await;
        })
    };
    kernel.knowledge_cache().replace_prefetch(call, looking.abort_handle());
}

/// The use of a passage that is shown in a call.
pub fn use_in_call(kernel: &Kernel, call: CallId, question: &str, found: &Found) -> NewUse {
    NewUse {
        document: found.citation.document,
        version: found.citation.version,
        passage: found.citation.passage,
        call: Some(call),
        member: None,
        answer: call.0,
        question: last_words(question),
        at: kernel.now(),
    }
}

/// Notes that a passage was shown in a call.
pub async fn note_use(kernel: &Kernel, organization: OrganizationId, call: CallId, question: &str, found: &Found) {
    let used = use_in_call(kernel, call, question, found);
    // The document or the call may be gone by now.
    if let Err(error) = kernel.store().add_uses(organization, &[used]).await {
        tracing::warn!(%error, "a document's use in a call was not noted");
    }
}

/// Whether calls of an organization can find anything: a document or the sample was there once.
///
/// # Errors
/// If the database fails.
pub async fn can_answer_calls(kernel: &Kernel, organization: OrganizationId) -> Result<bool> {
    let cache = kernel.knowledge_cache();
    if cache.had_nothing(organization) {
        return Ok(false);
    }
    let revision = kernel.store().knowledge_revision(organization).await?;
    if revision == 0 {
        cache.keep_nothing(organization);
    }
    Ok(revision != 0)
}

async fn find(kernel: &Kernel, organization: OrganizationId, query: &CallQuery, reads: bool) -> Result<Option<Found>> {
    if !can_answer_calls(kernel, organization).await? {
        return Ok(None);
    }
    let words = last_words(&query.words);
    let filter = filter(kernel, organization, query).await?;
    let bound = bound_documents(kernel, organization, query, filter.sample).await?;
    let revision = kernel.store().knowledge_revision(organization).await?;
    // Without a bound document the topic decides nothing, and what was looked up while it was said is found.
    let title = if bound.is_empty() { String::new() } else { title_of(kernel, organization, &query.topic).await? };
    let topic = (!bound.is_empty()).then(|| format!("{} {title}", query.topic));
    let bound_key = bound.iter().map(ToString::to_string).chain(topic).collect::<Vec<_>>().join(" ");
    let reads = reads && kernel.knowledge().reranker.is_some();
    let key = Key { organization, revision, words: words.to_lowercase(), bound: bound_key, sample: filter.sample, read: reads };
    let memory = kernel.knowledge_cache();
    if let Some(found) = memory.recall(&key) {
        return Ok(found);
    }
    let found = retrieve(kernel, organization, &words, &filter, CollectionAccess::Everybody).await?;
    let answer = if reads { answer::read_best(kernel, organization, &words, &found).await? } else { None };
    let general = match answer {
        Some((scored, from)) => Some((found_from(scored, from), scored.score)),
        None => found.best_in_call().map(|scored| (found_in(scored, &words), scored.score)),
    };
    let said = of_bound(kernel, organization, &bound, &format!("{words} {title}")).await?;
    let best = match (said, general) {
        (Some((said, score)), Some((_, other))) if score + BOUND >= other => Some(said),
        (Some((said, _)), None) => Some(said),
        (_, general) => general.map(|(found, _)| found),
    };
    memory.remember(key, best.clone());
    Ok(best)
}

/// In the sample call the sample is what the company sells. In any other it answers while there is nothing else.
async fn filter(kernel: &Kernel, organization: OrganizationId, query: &CallQuery) -> Result<DocumentFilter> {
    let call = match query.call {
        Some(call) => kernel.store().call(organization, call).await?,
        None => None,
    };
    let sample = call.is_some_and(|call| call.source == CallSource::Sample);
    let filter = DocumentFilter { sample, ..DocumentFilter::default() };
    with_sample(kernel, organization, filter, CollectionAccess::Everybody).await
}

fn found_in(scored: &Scored, words: &str) -> Found {
    let passage = &scored.found.passage;
    Found { citation: cite(passage, excerpt(words, &passage.text, &passage.language, EXCERPT)), score: scored.score }
}

/// The sentence that answers, and what follows it as far as it is read at a glance.
fn found_from(scored: &Scored, answer: Span) -> Found {
    let passage = &scored.found.passage;
    Found { citation: cite(passage, excerpt_from(&passage.text, answer, EXCERPT)), score: scored.score }
}

/// The best passage of the documents that somebody bound to what happened. A short one comes even if none of the words lead to it: it
/// was made for this. Of a long one that says nothing to it nothing comes.
async fn of_bound(kernel: &Kernel, organization: OrganizationId, documents: &[DocumentId], question: &str) -> Result<Option<(Found, f32)>> {
    let mut best: Option<(Found, f32)> = None;
    for id in documents {
        let found = retrieve_of(kernel, organization, *id, question).await?;
        let short = (found.passages.len() <= SHORT).then(|| found.passages.iter().min_by_key(|scored| scored.found.passage.number));
        let Some(scored) = found.best_of_bound().or(short.flatten()) else { continue };
        if best.as_ref().is_none_or(|(_, score)| scored.score > *score) {
            best = Some((found_in(scored, question), scored.score));
        }
    }
    Ok(best)
}

/// A topic's title, which says in other words what a customer may have said.
async fn title_of(kernel: &Kernel, organization: OrganizationId, topic: &str) -> Result<String> {
    let topics = crate::playbooks::topics(kernel, organization).await?;
    Ok(topics.into_iter().find(|known| known.id == topic).map(|known| known.title).unwrap_or_default())
}

async fn bound_documents(kernel: &Kernel, organization: OrganizationId, query: &CallQuery, sample: bool) -> Result<Vec<DocumentId>> {
    let mut bound = Vec::new();
    if !query.topic.is_empty() {
        bound.extend(kernel.store().bound_documents(organization, BindingKind::Topic, &query.topic, sample).await?);
    }
    if let Some(competitor) = &query.competitor {
        bound.extend(kernel.store().bound_documents(organization, BindingKind::Competitor, competitor, sample).await?);
    }
    Ok(bound)
}

fn last_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words[words.len().saturating_sub(MOST_WORDS)..].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_turn_the_end_is_looked_up() {
        let turn = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        let words = last_words(&turn);
        assert_eq!(words.split(' ').count(), MOST_WORDS);
        assert!(words.ends_with("98 99"));
        assert_eq!(last_words("  how   much "), "how much");
    }
}
