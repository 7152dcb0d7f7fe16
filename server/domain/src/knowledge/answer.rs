//! A question's answer: the sentences that answer it, each with its place.
//!
//! [`ask`] finds, `extract` phrases: it takes sentences as they stand. A language model will do the same with the same citations.

use chrono::{DateTime, Datelike, Utc};
use model::{Answer, AnswerLine, DocumentId, MemberId, Question, SearchMode};
use sha2::{Digest, Sha256};
use store::knowledge::{FoundPassage, NewUse, words_in};
use uuid::Uuid;

use super::readable;
use super::search::{self, MOST, Scored, checked, cite, hit, retrieve, with_sample};
use super::text::{Span, sentences, slice};
use kernel::Actor;
use kernel::Kernel;
use kernel::Result;

/// Passages whose sentences may answer.
const PASSAGES: usize = 5;
/// Most sentences of an answer.
const LINES: usize = 3;
/// A passage is asked for sentences if it is at least so good as a part of the best one.
const NEAR: f32 = 0.75;
/// A sentence joins the best one if it is at least so good as a part of it.
const AS_GOOD: f32 = 0.7;
/// Sentences that are compared by their meaning; more would keep the person waiting.
const COMPARED: usize = 48;

/// A sentence that may answer.
struct Candidate<'a> {
    passage: &'a Scored,
    span: Span,
    text: &'a str,
    score: f32,
}

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
    let enough: Vec<&Scored> = found.enough().take(PASSAGES).collect();
    let chosen = extract(kernel, &text, &enough, found.mode).await;
    let lines = chosen.iter().map(|line| AnswerLine { text: tidy(line.text), citation: cite(&line.passage.found.passage, line.span) });
    let lines: Vec<AnswerLine> = lines.collect();
    note(kernel, actor, &text, &chosen).await;
    let considered = found.passages.iter().take(MOST).map(|scored| hit(&text, scored)).collect();
    Ok(Answer { question: text, lines, considered, mode: found.mode, made_by: "extractive".to_owned() })
}

/// The sentences that answer: best document first, in reading order within one.
async fn extract<'a>(kernel: &Kernel, question: &str, passages: &[&'a Scored], mode: SearchMode) -> Vec<Candidate<'a>> {
    let Some(best) = passages.first() else { return Vec::new() };
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    for passage in passages.iter().copied().filter(|passage| passage.score >= NEAR * best.score) {
        let FoundPassage { text, language, .. } = &passage.found.passage;
        let asked = words_in(question, question, language).max(1);
        for span in sentences(text) {
            let sentence = slice(text, span);
            if is_heading(sentence) || candidates.iter().any(|other| other.text == sentence) {
                continue;
            }
            let words = words_in(question, sentence, language) as f32 / asked as f32;
            // Of two sentences alike, the one in the better passage.
            candidates.push(Candidate { passage, span, text: sentence, score: words + 0.1 * passage.score });
        }
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates.truncate(COMPARED);
    if mode == SearchMode::Hybrid {
        let texts: Vec<String> = candidates.iter().map(|candidate| candidate.text.to_owned()).collect();
        if let Some(likeness) = search::likeness(kernel, question, texts).await {
            for (candidate, cosine) in candidates.iter_mut().zip(likeness) {
                candidate.score = f32::midpoint(candidate.score, cosine.clamp(0.0, 1.0));
            }
            candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
    }
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
    candidates
}

/// A heading names what is told below it and tells nothing itself.
fn is_heading(sentence: &str) -> bool {
    let told = sentence.trim_start_matches(['#', '-', '*', '|', '>', ' ']).trim_end_matches(['|', '-', ' ']);
    sentence.starts_with('#') || told.chars().filter(|c| c.is_alphanumeric()).count() < 3 || sentence.ends_with('?')
}

/// A sentence as it is read aloud: without the marks of lists and quotes before it.
fn tidy(sentence: &str) -> String {
    let text = sentence.trim_start_matches(['-', '*', '>', '•', '–']).trim_start();
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

    #[test]
    fn headings_and_questions_tell_nothing() {
        assert!(is_heading("# Prices"));
        assert!(is_heading("| --- | --- |"));
        assert!(is_heading("What does it cost?"));
        assert!(!is_heading("- Team: 29 € per seat"));
    }

    #[test]
    fn words_of_the_question_count_once() {
        assert_eq!(words_in("What does the Team plan cost?", "The team plan costs more than other plans of the team.", "en"), 3);
        assert_eq!(words_in("What does the Team plan cost?", "Nothing of it.", "en"), 0);
    }

    #[test]
    fn a_line_is_read_without_its_marks() {
        assert_eq!(tidy("- Team:  29 €\nper seat"), "Team: 29 € per seat");
    }
}
