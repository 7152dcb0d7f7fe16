//! Finding passages, the one way for the page, the API and calls: words and meaning in one score, and nothing at all rather than
//! something that does not answer.

use std::time::Duration;

use model::validation::Line;
use model::{
    Citation, CollectionAccess, DocumentFilter, DocumentId, Hit, MAX_QUESTION_CHARS, OrganizationId, Question, SearchMode, SearchResult,
};
use store::knowledge::{FoundPassage, Retrieved, matches};

use super::documents::WORDS;
use super::text::{Span, chars, sentences, slice};
use super::uploads::SAMPLE_TAG;
use super::{embed, readable};
use crate::knowledge::Remembering as _;
use kernel::Actor;
use kernel::Kernel;
use kernel::Result;
use ports::{Embedder, Redaction};

const QUESTION: Line = Line { field: "text", label: "The question", min: 1, max: MAX_QUESTION_CHARS };
/// Most passages of a result.
pub(super) const MOST: usize = 10;
/// Passages of one document that are looked through.
const MOST_OF_ONE: u32 = 500;
/// A provider that takes longer is left out of a search: words alone answer then.
const PATIENCE: Duration = Duration::from_secs(3);
/// Characters of a snippet.
const SNIPPET: u32 = 320;

/// How scores are blended and which are enough; measured in `docs/benchmarks.md`, “Retrieval”.
mod calibration {
    /// The part of the score that words make where there is a meaning too.
    pub(super) const WORDS: f32 = 0.8;
    /// The least share of the question's words, stop words left out, that is an answer without a model.
    pub(super) const ENOUGH_WORDS: f32 = 0.30;
    /// The least blended score that is an answer.
    pub(super) const ENOUGH: f32 = 0.30;
    /// The least cosine that is an answer whatever the words: people ask in other words than documents are written in.
    pub(super) const ALIKE: f32 = 0.38;
    /// The same in a call, where a passage that nobody asked for costs attention.
    pub(super) const ALIKE_IN_CALL: f32 = 0.45;
    /// The least cosine where the words alone would be enough.
    pub(super) const RELATED: f32 = 0.2;
    /// The least share of words, stop words left out, by which a passage speaks of something.
    pub(super) const SPEAKS: f32 = 0.1;
}

/// A passage that a search found, with its score.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub found: Retrieved,
    /// 0 to 1.
    pub score: f32,
}

/// What was found for a question.
pub(super) struct RankedPassages {
    /// Best first; also those that are not good enough.
    pub passages: Vec<Scored>,
    pub mode: SearchMode,
}

impl RankedPassages {
    /// Those that are good enough to answer somebody who asked.
    pub fn enough(&self) -> impl Iterator<Item = &Scored> {
        self.passages.iter().filter(|scored| self.is_enough(scored, calibration::ALIKE))
    }

    /// The best of those that may show themselves in a call, where nobody asked.
    pub fn best_in_call(&self) -> Option<&Scored> {
        self.passages.iter().find(|scored| self.is_enough(scored, calibration::ALIKE_IN_CALL))
    }

    /// The best one that speaks of what is asked at all: enough where somebody said that the document is for this.
    pub fn best_of_bound(&self) -> Option<&Scored> {
        let speaks = |scored: &&Scored| {
            scored.found.content_share >= calibration::SPEAKS || scored.found.cosine.is_some_and(|cosine| cosine >= calibration::ALIKE)
        };
        self.passages.iter().find(speaks)
    }

    fn is_enough(&self, scored: &Scored, alike: f32) -> bool {
        let words = scored.found.content_share >= calibration::ENOUGH_WORDS;
        match (self.mode, scored.found.cosine) {
            (SearchMode::Hybrid, Some(cosine)) => {
                scored.score >= calibration::ENOUGH || cosine >= alike || (words && cosine >= calibration::RELATED)
            }
            _ => words,
        }
    }
}

/// The passages that speak for a question, best first; none if none is good enough.
///
/// # Errors
/// `invalid` for a question that is none; `forbidden` for guests.
pub async fn search(kernel: &Kernel, actor: &Actor, question: Question) -> Result<SearchResult> {
    let access = readable(actor)?;
    let text = checked(&question)?;
    let filter = with_sample(kernel, actor.organization, question.filter, access).await?;
    let found = retrieve(kernel, actor.organization, &text, &filter, access).await?;
    Ok(SearchResult { hits: found.enough().take(MOST).map(|scored| hit(&text, scored)).collect(), mode: found.mode })
}

/// The sample that comes with Closezly speaks of a company that doesn't exist: it answers who asks for it, and an organization that has
/// nothing else yet.
pub(super) async fn with_sample(
    kernel: &Kernel,
    organization: OrganizationId,
    filter: DocumentFilter,
    access: CollectionAccess,
) -> Result<DocumentFilter> {
    let asked_for = filter.sample || filter.tag.trim().eq_ignore_ascii_case(SAMPLE_TAG);
    let sample = asked_for || !kernel.store().has_own_documents(organization, access).await?;
    Ok(DocumentFilter { sample, ..filter })
}

/// A question that a person typed, checked.
pub(super) fn checked(question: &Question) -> Result<String> {
    // Words narrow lists only; what can't stand in them is refused here too.
    WORDS.parse(&question.filter.words)?;
    Ok(QUESTION.parse(&one_line(&question.text))?)
}

/// A question may be pasted with its line breaks.
fn one_line(text: &str) -> String {
    // What is far too long is refused by its length, not worked on.
    if text.len() > MAX_QUESTION_CHARS * 8 { text.to_owned() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") }
}

/// Finds passages for a question, best first, all of them scored.
pub(super) async fn retrieve(
    kernel: &Kernel,
    organization: OrganizationId,
    question: &str,
    filter: &DocumentFilter,
    access: CollectionAccess,
) -> Result<RankedPassages> {
    let vector = meaning(kernel, organization, question).await?;
    let meaning = vector.as_ref().map(|(model, vector)| (model.as_str(), vector.as_slice()));
    Ok(scored(kernel.store().retrieve(organization, question, meaning, filter, access).await?, meaning.is_some()))
}

/// The passages of one document that everybody may read, best first, all of them scored.
pub(super) async fn retrieve_of(
    kernel: &Kernel,
    organization: OrganizationId,
    document: DocumentId,
    question: &str,
) -> Result<RankedPassages> {
    let vector = meaning(kernel, organization, question).await?;
    let meaning = vector.as_ref().map(|(model, vector)| (model.as_str(), vector.as_slice()));
    let found = kernel.store().retrieve_of(organization, document, question, meaning, CollectionAccess::Everybody, MOST_OF_ONE).await?;
    Ok(scored(found, meaning.is_some()))
}

fn scored(found: Vec<Retrieved>, has_meaning: bool) -> RankedPassages {
    // One passage that the model has not seen, and scores of two kinds would be compared.
    let mode = if has_meaning && found.iter().all(|found| found.cosine.is_some()) { SearchMode::Hybrid } else { SearchMode::Lexical };
    let mut passages: Vec<Scored> = found.into_iter().map(|found| Scored { score: score(&found, mode), found }).collect();
    passages.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.found.passage.serial.cmp(&b.found.passage.serial)));
    RankedPassages { passages, mode }
}

fn score(found: &Retrieved, mode: SearchMode) -> f32 {
    match (mode, found.cosine) {
        (SearchMode::Hybrid, Some(cosine)) => calibration::WORDS * found.share + (1.0 - calibration::WORDS) * cosine.clamp(0.0, 1.0),
        _ => found.share,
    }
}

/// The question's vector with its model's name; none without a model, or if it fails: words alone answer then.
async fn meaning(kernel: &Kernel, organization: OrganizationId, question: &str) -> Result<Option<(String, Vec<f32>)>> {
    let Some(embedder) = embed::serving(kernel, organization).await? else { return Ok(None) };
    let vectors = vectors(kernel, &*embedder, &[question.to_owned()]).await;
    Ok(vectors.and_then(|vectors| vectors.into_iter().next()).map(|vector| (embedder.model().name.clone(), vector)))
}

async fn vectors(kernel: &Kernel, embedder: &dyn Embedder, texts: &[String]) -> Option<Vec<Vec<f32>>> {
    match tokio::time::timeout(PATIENCE, embedder.embed(&Redaction::default().texts(texts))).await {
        Ok(Ok(vectors)) if vectors.len() == texts.len() => Some(vectors),
        Ok(Ok(_)) => None,
        Ok(Err(error)) => {
            kernel.knowledge_cache().set_embedding_problem(&embed::problem(&error));
            tracing::warn!(%error, "a question was not embedded");
            None
        }
        Err(_) => {
            tracing::warn!("a question was not embedded in time");
            None
        }
    }
}

/// A found passage as it is shown: cut around what matches.
pub(super) fn hit(question: &str, scored: &Scored) -> Hit {
    let passage = &scored.found.passage;
    let span = snippet(question, &passage.text, &passage.language);
    let quote = slice(&passage.text, span);
    Hit {
        highlights: matches(question, quote, &passage.language),
        citation: cite(passage, span),
        score: scored.score,
        lexical: scored.found.share,
        semantic: scored.found.cosine,
    }
}

/// What a line rests on: a span of a passage.
pub(super) fn cite(passage: &FoundPassage, span: Span) -> Citation {
    Citation {
        document: passage.document_id,
        version: passage.version,
        title: if passage.sample { labelled(&passage.title) } else { passage.title.clone() },
        passage: passage.number,
        place: passage.place.clone(),
        quote: slice(&passage.text, span).to_owned(),
        start: span.0,
        end: span.1,
    }
}

/// A title of the sample says what it is, whatever somebody made of it.
fn labelled(title: &str) -> String {
    if title.to_lowercase().contains(SAMPLE_TAG) { title.to_owned() } else { format!("Sample: {title}") }
}

/// Whole sentences around the one that matches best, as many as fit.
pub(super) fn snippet(question: &str, text: &str, language: &str) -> Span {
    let length = chars(text);
    if length <= SNIPPET {
        return (0, length);
    }
    let sentences = sentences(text);
    let found = matches(question, text, language);
    let best = best_sentence(text, &sentences, &found);
    let Some(&(start, end)) = sentences.get(best) else { return (0, SNIPPET) };
    if end - start > SNIPPET {
        return around_match((start, end), &found, SNIPPET);
    }
    let (mut first, mut last) = (best, best);
    loop {
        let span = |first: usize, last: usize| Some((sentences.get(first)?.0, sentences.get(last)?.1));
        let fits = |wider: &Option<Span>| wider.is_some_and(|(start, end)| end - start <= SNIPPET);
        if fits(&span(first, last + 1)) {
            last += 1;
        } else if first > 0 && fits(&span(first - 1, last)) {
            first -= 1;
        } else {
            return span(first, last).unwrap_or((start, end));
        }
    }
}

/// The sentence that has the most of a question and what follows it, as much as fits: for where there is room for little.
pub(super) fn excerpt(question: &str, text: &str, language: &str, most: u32) -> Span {
    let sentences = sentences(text);
    let found = matches(question, text, language);
    match sentences.get(best_sentence(text, &sentences, &found)) {
        None => (0, most.min(chars(text))),
        Some(&(start, end)) if end - start > most => around_match((start, end), &found, most),
        Some(&best) => excerpt_from(text, best, most),
    }
}

/// A sentence of a text and what follows it, as much as fits.
pub(super) fn excerpt_from(text: &str, (start, end): Span, most: u32) -> Span {
    let following = sentences(text).into_iter().map(|span| span.1).filter(|to| *to > end);
    (start, following.take_while(|to| to - start <= most).last().unwrap_or_else(|| end.min(start + most)))
}

/// The first of the sentences that have the most different words of what was found.
fn best_sentence(text: &str, sentences: &[Span], found: &[Span]) -> usize {
    let weight = |span: &Span| {
        let mut words: Vec<String> =
            found.iter().filter(|hit| hit.0 >= span.0 && hit.1 <= span.1).map(|hit| slice(text, *hit).to_lowercase()).collect();
        words.sort_unstable();
        words.dedup();
        words.len()
    };
    // Of equals, `max_by_key` takes the last.
    sentences.iter().enumerate().rev().max_by_key(|(_, span)| weight(span)).map_or(0, |(index, _)| index)
}

/// One endless sentence is cut around its first match.
fn around_match((start, end): Span, found: &[Span], most: u32) -> Span {
    let from = found.iter().find(|hit| hit.0 >= start).map_or(start, |hit| hit.0.saturating_sub(most / 4).max(start));
    (from, (from + most).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_whole_sentences_around_the_match() {
        let filler = "Nothing of interest is told here at all. ".repeat(20);
        let text = format!("{filler}The Team plan costs 29 euros per seat. {filler}");
        let span = snippet("What does the team plan cost?", &text, "en");
        let quote = slice(&text, span);
        assert!(quote.contains("The Team plan costs 29 euros per seat."), "{quote}");
        assert!(span.1 - span.0 <= SNIPPET);
        assert!(quote.ends_with('.'));
        assert_eq!(snippet("price", "Short.", "en"), (0, 6));
    }

    #[test]
    fn an_excerpt_begins_with_the_sentence_that_answers() {
        let text = "- The Team plan costs 29 € per seat.\n- The Business plan costs 59 €.\n- The Enterprise plan is by agreement.";
        let cut = |question: &str, most: u32| slice(text, excerpt(question, text, "en", most));
        assert_eq!(cut("What does the business plan cost?", 40), "- The Business plan costs 59 €.");
        assert_eq!(
            cut("What does the business plan cost?", 200),
            "- The Business plan costs 59 €.\n- The Enterprise plan is by agreement."
        );
        assert_eq!(cut("plan", 50), "- The Team plan costs 29 € per seat.", "of equals the first");
        assert_eq!(cut("nothing of it", 50), "- The Team plan costs 29 € per seat.");
        assert_eq!(excerpt("price", "", "en", 50), (0, 0));
        let endless = format!("{}price {}", "word ".repeat(300), "word ".repeat(300));
        let (start, end) = excerpt("price", &endless, "en", 50);
        assert!(slice(&endless, (start, end)).contains("price") && end - start == 50);
    }

    #[test]
    fn an_endless_sentence_is_cut_around_its_match() {
        let text = format!("{}price {}", "word ".repeat(300), "word ".repeat(300));
        let (start, end) = snippet("price", &text, "en");
        assert!(slice(&text, (start, end)).contains("price"));
        assert_eq!(end - start, SNIPPET);
    }
}
