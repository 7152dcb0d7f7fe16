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
mod periods;
#[cfg(test)]
mod said_of_that;
mod thesaurus;
mod unspaced;
mod uses;
mod values;

use chrono::{DateTime, Datelike, Utc};
use model::{Answer, AnswerLine, CollectionAccess, DocumentFilter, DocumentId, MemberId, OrganizationId, Question, SearchMode};
use sha2::{Digest, Sha256};
use store::knowledge::{NewUse, QuestionWords};
use uuid::Uuid;

use super::readable;
use super::search::{self, MOST, RankedPassages, Scored, checked, cite, hit, retrieve, with_sample};
use asked::Asked;
use evidence::{Candidate, FIRM, candidates};
use kernel::Actor;
use kernel::Kernel;
use kernel::Result;

/// Passages whose sentences may answer.
const PASSAGES: usize = 16;
/// Passages more that other words for the same find.
const OTHERS: usize = 8;
/// Most sentences of an answer.
const LINES: usize = 3;
/// The least part of the question that an answer covers, by words alone.
const LEAST: f32 = 0.42;
/// The part that words have in a score where there is a meaning too.
const WORDS: f32 = 0.5;
/// The least such score of an answer.
const LEAST_WITH_MEANING: f32 = 0.42;
/// The least likeness of what has too few of the question's firm words.
const ALIKE: f32 = 0.6;
/// A sentence joins the best one if it is at least so good as a part of it.
const AS_GOOD: f32 = 0.8;
/// Sentences that are compared by their meaning; more would keep the person waiting.
const COMPARED: usize = 48;

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
    let has_meaning = found.mode == SearchMode::Hybrid;
    // Where a model knows what is alike, what is asked may be said in words that no thesaurus has.
    let mut candidates = candidates(&asked, &passages, if has_meaning { 0.0 } else { FIRM });
    let mut least_score = LEAST;
    if has_meaning {
        // Best by words and by the meaning of what is around; then by their own meaning.
        let promise = |candidate: &Candidate<'_>| candidate.score + candidate.passage.found.cosine.unwrap_or_default();
        candidates.sort_by(|a, b| promise(b).total_cmp(&promise(a)));
        candidates.truncate(COMPARED);
        let texts: Vec<String> = candidates.iter().map(in_its_place).collect();
        if let Some(likeness) = search::likeness(kernel, question, texts).await {
            for (candidate, cosine) in candidates.iter_mut().zip(likeness) {
                if candidate.firm < FIRM && cosine < ALIKE {
                    candidate.score = 0.0;
                    continue;
                }
                candidate.score = WORDS * candidate.score + (1.0 - WORDS) * cosine.clamp(0.0, 1.0);
            }
            candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
            least_score = LEAST_WITH_MEANING;
        } else {
            candidates.retain(|candidate| candidate.firm >= FIRM);
        }
    }
    candidates.retain(|candidate| candidate.score >= least_score);
    let least = candidates.first().map_or(0.0, |best| AS_GOOD * best.score);
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

/// A sentence with the heading that it stands under: what it is about.
fn in_its_place(candidate: &Candidate<'_>) -> String {
    let place = &candidate.passage.found.passage.place;
    match place.headings.last() {
        Some(heading) => format!("{heading}: {}", candidate.text),
        None => candidate.text.to_owned(),
    }
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
