//! A question's answer: the sentences that answer it, each with its place.
//!
//! [`ask`] finds, [`evidence`] chooses what says it of that very subject, and it is cited as it stands. A language model will phrase it with
//! the same citations.

mod asked;
mod closed;
mod currencies;
mod dependent;
mod evidence;
mod grammar;
mod light;
mod lines;
mod periods;
#[cfg(test)]
mod said_of_that;
mod signs;
mod thesaurus;
mod unspaced;
mod uses;
mod values;
mod weights;

use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use model::{Answer, AnswerLine, CollectionAccess, DocumentFilter, DocumentId, MemberId, OrganizationId, Question, SearchMode};
use sha2::{Digest, Sha256};
use store::knowledge::{NewUse, QuestionWords};
use uuid::Uuid;

use super::search::{MOST, RankedPassages, Scored, checked, cite, hit, retrieve, with_sample};
use super::text::Span;
use super::{KnowledgeKernel as _, readable};
use asked::Asked;
use evidence::{Candidate, candidates, told};
use kernel::Actor;
use kernel::Kernel;
use kernel::Result;
use ports::Redaction;
use signs::Sign;

/// Passages whose sentences may answer.
const PASSAGES: usize = 16;
/// Passages more that other words for the same find.
const OTHERS: usize = 8;
/// Most sentences of an answer.
const LINES: usize = 3;
/// The least part of the question that an answer covers, by words alone.
const LEAST: f32 = 0.42;
/// A sentence joins the best one if its words are at least so good as a part of it.
const AS_GOOD: f32 = 0.8;
/// Sentences that are read with the question; more would keep the person waiting.
const READ: usize = 32;
/// By which signs they are chosen: nine in ten of what answers are among them.
const PROMISE: [(Sign, f32); 8] = [
    (Sign::Own, 1.0),
    (Sign::Covered, 0.5),
    (Sign::PassageMeaning, 2.5),
    (Sign::Place, 0.2),
    (Sign::NoValue, -0.3),
    (Sign::NameMissing, -0.3),
    (Sign::OtherRow, -0.3),
    (Sign::EmptyPlace, -0.3),
];
/// How likely it has to be that something of what was read answers.
const LIKELY: f32 = 0.4;
/// A sentence joins the best one if it is at least so likely as a part of it.
const AS_LIKELY: f32 = 0.4;
const ENGLISH: &str = "en";
/// A judge that takes longer is not waited for: words alone answer then.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same in a call, whose look-up has no longer in all: the best passage is shown then.
const PATIENCE_IN_CALL: Duration = Duration::from_secs(2);

/// Answers a question from what the caller may read. An answer without lines is “not in your documents”; `considered` then has
/// what came nearest.
///
/// # Errors
/// `invalid` for a question that is none; `forbidden` for guests.
pub async fn ask(kernel: &Kernel, actor: &Actor, question: Question) -> Result<Answer> {
    let access = readable(actor)?;
    let text = checked(&question)?;
    let filter = with_sample(kernel, actor.organization, question.filter, access).await?;
    let found = retrieve(kernel, actor.organization, &text, &filter, access).await?;
    let others = in_other_words(kernel, actor.organization, &text, &found, &filter, access).await?;
    let chosen = extract(kernel, actor.organization, &text, &found, &others).await?;
    let lines = chosen.iter().map(|line| AnswerLine { text: tidy(line.text), citation: cite(&line.passage.found.passage, line.span) });
    let lines: Vec<AnswerLine> = lines.collect();
    note(kernel, actor, &text, &chosen).await;
    let considered = found.passages.iter().take(MOST).map(|scored| hit(&text, scored)).collect();
    Ok(Answer { question: text, lines, considered, mode: found.mode, made_by: "extractive".to_owned() })
}

/// What words of nearly the same meaning find that the question's own do not; nothing where a model knows what is alike.
async fn in_other_words(
    kernel: &Kernel,
    organization: OrganizationId,
    question: &str,
    found: &RankedPassages,
    filter: &DocumentFilter,
    access: CollectionAccess,
) -> Result<Vec<Scored>> {
    let words = QuestionWords::of(question);
    let others = thesaurus::in_other_words(words.iter().map(|(word, _)| word));
    if found.mode != SearchMode::Lexical || others.is_empty() {
        return Ok(Vec::new());
    }
    let more = retrieve(kernel, organization, &format!("{question} {others}"), filter, access).await?;
    let is_new = |scored: &Scored| !found.passages.iter().any(|known| known.found.passage.serial == scored.found.passage.serial);
    Ok(more.passages.into_iter().filter(is_new).take(OTHERS).collect())
}

/// The sentences that answer: best document first, in reading order within one.
async fn extract<'a>(
    kernel: &Kernel,
    organization: OrganizationId,
    question: &str,
    found: &'a RankedPassages,
    others: &'a [Scored],
) -> Result<Vec<Candidate<'a>>> {
    // Also those whose words alone are too few: what counts is the sentence.
    let passages: Vec<&Scored> = found.passages.iter().take(PASSAGES).chain(others).collect();
    if passages.is_empty() {
        return Ok(Vec::new());
    }
    let known = kernel.store().known_words(organization, question).await?;
    let asked = Asked::new(question, &known, found.passages.iter().chain(others).map(|scored| &scored.found.passage));
    let (mut candidates, as_good) = match by_reading(kernel, &asked, question, &passages, PATIENCE).await {
        Some(told) => (if is_answered(&told) { told } else { Vec::new() }, AS_LIKELY),
        None => (candidates(&asked, &passages).into_iter().filter(|candidate| candidate.score >= LEAST).collect(), AS_GOOD),
    };
    let least = candidates.first().map_or(0.0, |best| as_good * best.score);
    candidates.retain(|candidate| candidate.score >= least);
    candidates.truncate(LINES);
    // The best line's document leads.
    let lead = candidates.first().map(|best| best.passage.found.passage.document_id);
    let mut documents: Vec<DocumentId> = lead.into_iter().collect();
    for passage in passages {
        documents.push(passage.found.passage.document_id);
    }
    candidates.sort_by_key(|line| {
        let passage = &line.passage.found.passage;
        let document = documents.iter().position(|document| *document == passage.document_id);
        (document, passage.number, line.span.0)
    });
    Ok(candidates)
}

/// What of the passages that were found for a call answers, read by a model: its passage and its place there. None if nothing does, or nobody reads.
///
/// # Errors
/// If the database fails.
pub(super) async fn read_best<'a>(
    kernel: &Kernel,
    organization: OrganizationId,
    question: &str,
    found: &'a RankedPassages,
) -> Result<Option<(&'a Scored, Span)>> {
    let passages: Vec<&Scored> = found.passages.iter().take(PASSAGES).collect();
    if passages.is_empty() {
        return Ok(None);
    }
    let known = kernel.store().known_words(organization, question).await?;
    let asked = Asked::new(question, &known, found.passages.iter().map(|scored| &scored.found.passage));
    let told = by_reading(kernel, &asked, question, &passages, PATIENCE_IN_CALL).await.filter(|told| is_answered(told));
    Ok(told.and_then(|told| told.into_iter().next()).map(|best| (best.passage, best.span)))
}

/// What a model that reads should read first: what has the most of the question, in the passages that are the most alike.
fn promise(candidate: &Candidate<'_>) -> f32 {
    candidate.signs.sum(&PROMISE)
}

/// What is told in passages, with how likely it answers, best first; none without a model that reads, or if it fails.
async fn by_reading<'a>(
    kernel: &Kernel,
    asked: &Asked,
    question: &str,
    passages: &[&'a Scored],
    patience: Duration,
) -> Option<Vec<Candidate<'a>>> {
    let reranker = kernel.knowledge().reranker.as_ref()?;
    // It knows one language. Of a few words nobody knows which they are of.
    let foreign = passages.iter().filter(|scored| !matches!(scored.found.passage.language.as_str(), ENGLISH | "")).count();
    if foreign * 2 >= passages.len() {
        return None;
    }
    let mut told = told(asked, passages);
    told.sort_by(|a, b| promise(b).total_cmp(&promise(a)));
    told.truncate(READ);
    let redaction = Redaction::default();
    let texts: Vec<String> = told.iter().map(in_its_place).collect();
    let judged = tokio::time::timeout(patience, reranker.rerank(&redaction.text(question), &redaction.texts(&texts))).await;
    let scores = match judged {
        Ok(Ok(scores)) => scores,
        Ok(Err(error)) => {
            tracing::warn!(%error, "an answer was not judged");
            return None;
        }
        Err(_) => {
            tracing::warn!("an answer was not judged in time");
            return None;
        }
    };
    for (candidate, score) in told.iter_mut().zip(scores) {
        candidate.score = (weights::READING * score + candidate.signs.sum(&weights::SIGNS) + weights::MORE).exp();
    }
    // Something answers as likely as all of them together.
    let all: f32 = told.iter().map(|candidate| candidate.score).sum();
    told.iter_mut().for_each(|candidate| candidate.score /= 1.0 + all);
    told.sort_by(|a, b| b.score.total_cmp(&a.score));
    Some(told)
}

/// What is told in what a question finds, each with its signs: what `cargo xtask train answers` learns of.
///
/// # Errors
/// As those of [`ask`].
pub async fn weighed(kernel: &Kernel, actor: &Actor, question: Question) -> Result<Vec<Weighed>> {
    let access = readable(actor)?;
    let text = checked(&question)?;
    let filter = with_sample(kernel, actor.organization, question.filter, access).await?;
    let found = retrieve(kernel, actor.organization, &text, &filter, access).await?;
    let passages: Vec<&Scored> = found.passages.iter().take(PASSAGES).collect();
    let known = kernel.store().known_words(actor.organization, &text).await?;
    let asked = Asked::new(&text, &known, found.passages.iter().map(|scored| &scored.found.passage));
    let told = told(&asked, &passages);
    let weighed = told.into_iter().map(|told| {
        let passage = &told.passage.found.passage;
        Weighed {
            text: tidy(told.text),
            title: passage.title.clone(),
            headings: passage.place.headings.clone(),
            promise: promise(&told),
            signs: signs::ALL.iter().map(|sign| (format!("{sign:?}"), told.signs.get(*sign))).collect(),
        }
    });
    Ok(weighed.collect())
}

/// What may answer a question, as it is weighed.
pub struct Weighed {
    /// The sentence or the row.
    pub text: String,
    /// Its document's title.
    pub title: String,
    /// The headings above it.
    pub headings: Vec<String>,
    /// The greater, the sooner it is read.
    pub promise: f32,
    /// What is known of it: the sign's name and its number.
    pub signs: Vec<(String, f32)>,
}

/// Whether something of what was read answers.
fn is_answered(told: &[Candidate<'_>]) -> bool {
    told.iter().map(|candidate| candidate.score).sum::<f32>() >= LIKELY
}

/// A sentence with what it stands under: its document's title and the nearest headings.
fn in_its_place(candidate: &Candidate<'_>) -> String {
    let passage = &candidate.passage.found.passage;
    let mut above: Vec<String> = Vec::new();
    for heading in std::iter::once(&passage.title).chain(&passage.place.headings) {
        let heading = heading.split_whitespace().collect::<Vec<_>>().join(" ");
        if !heading.is_empty() && !above.contains(&heading) {
            above.push(heading);
        }
    }
    if above.len() > 3 {
        above.drain(1..above.len() - 2);
    }
    let text = tidy(candidate.text);
    if above.is_empty() { text } else { format!("{}: {text}", above.join(". ")) }
}

/// A sentence as it is read aloud: without the marks of lists and quotes before it.
fn tidy(sentence: &str) -> String {
    let text = sentence.trim_start_matches(['-', '*', '>', '•', '–', '●', '○', '▪', '■', '◦', '·', '→', '►']).trim_start();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One id for all answers to a question that a person asks within a day (UTC): who loads the page again asks nothing new, and the use
/// that is there already is left as it is.
fn answer_id(actor: &Actor, question: &str, now: DateTime<Utc>) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(actor.member_id().unwrap_or(MemberId(Uuid::nil())).0);
    hash.update(now.date_naive().num_days_from_ce().to_be_bytes());
    hash.update(question.trim().to_lowercase());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

async fn note(kernel: &Kernel, actor: &Actor, question: &str, lines: &[Candidate<'_>]) {
    let now = kernel.now();
    let answer = answer_id(actor, question, now);
    let uses: Vec<NewUse> = lines
        .iter()
        .map(|line| {
            let passage = &line.passage.found.passage;
            let (document, version, number) = (passage.document_id, passage.version, passage.number);
            NewUse {
                document,
                version,
                passage: number,
                call: None,
                member: actor.member_id(),
                answer,
                question: question.to_owned(),
                at: now,
            }
        })
        .collect();
    if uses.is_empty() {
        return;
    }
    // A document that was deleted in between is no reason to keep the answer back.
    if let Err(error) = kernel.store().add_uses(actor.organization, &uses).await {
        tracing::warn!(%error, "an answer's documents were not noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Place, PlaceKind};
    use store::knowledge::{FoundPassage, Retrieved};

    /// A passage of this text, of a document without a title.
    pub(super) fn passage(text: &str) -> FoundPassage {
        FoundPassage {
            serial: 1,
            document_id: DocumentId(Uuid::nil()),
            title: String::new(),
            version: 1,
            number: 1,
            place: Place { kind: PlaceKind::Whole, number: 1, label: String::new(), headings: Vec::new() },
            text: text.to_owned(),
            sample: false,
            language: "en".to_owned(),
        }
    }

    /// The same as it was found.
    pub(super) fn scored(passage: FoundPassage) -> Scored {
        Scored { found: Retrieved { passage, bm25: 1.0, share: 0.5, content_share: 0.5, cosine: None }, score: 0.5 }
    }

    #[test]
    fn a_line_is_read_without_its_marks() {
        assert_eq!(tidy("- Team:  29 €\nper seat"), "Team: 29 € per seat");
    }
}
