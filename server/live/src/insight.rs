//! What is written after a call: a summary of the speakers' own words, promises, questions, next steps. Every line names
//! the characters it was made from; nothing is rephrased beyond taking fillers out.

use std::collections::HashSet;

use model::metrics::{Words, fillers, questions};
use model::{ActionItem, Bookmark, Channel, Cue, Evidence, Insights, Segment, Span, SummaryLine};

use crate::due_dates::Viewpoint;
use crate::playbook::Playbook;
use crate::{detect, sentences};

mod promises;
mod summary;

/// What [`Insights::made_by`] says.
pub const MADE_BY: &str = "extractive";

/// Words after which an endless sentence is cut, at a word that may begin a new one.
const LONG: usize = 28;
const BREAKS: &[&str] = &["so", "and", "but", "because", "okay", "well", "then", "also", "yeah"];

/// A sentence, or a stretch of an unpunctuated segment.
#[derive(Debug)]
pub(crate) struct Sentence<'a> {
    pub segment: &'a Segment,
    /// Its text, cleaned: no fillers, one space between words, a capital first letter.
    pub text: String,
    pub span: Span,
    pub words: Words,
}

impl Sentence<'_> {
    fn evidence(&self) -> Evidence {
        Evidence::of(self.span)
    }

    fn line(&self) -> SummaryLine {
        SummaryLine { text: self.text.clone(), channel: self.segment.channel, evidence: self.evidence() }
    }
}

/// Writes all that can be told without a language model, in time linear in the transcript but for the sorting of its sentences by how well they
/// sum it up. Dates are resolved as `seen` on the call's local day, in its language; which questions want an answer is the call's playbook's to say.
pub fn write(playbook: &Playbook, segments: &[Segment], cues: &[Cue], bookmarks: &[Bookmark], seen: &Viewpoint) -> Insights {
    let trusted = || segments.iter().filter(|segment| !segment.is_doubtful());
    let sentences: Vec<Sentence<'_>> = trusted().flat_map(sentences_of).collect();
    let action_items: Vec<ActionItem> = promises::action_items(&sentences, seen);
    let summary = summary::choose(&sentences, cues, bookmarks, &action_items);
    Insights {
        made_by: MADE_BY.to_owned(),
        summary: summary.into_iter().filter_map(|index| sentences.get(index)).map(Sentence::line).collect(),
        action_items,
        questions: once(trusted().filter(|segment| segment.channel == Channel::Customer).flat_map(|segment| asked(playbook, segment))),
        next_steps: promises::next_steps(&sentences),
    }
}

/// A segment's text by its characters, found without counting from its start.
struct Characters<'a> {
    text: &'a str,
    /// Where each character begins, in bytes; and the end.
    starts: Vec<usize>,
}

impl<'a> Characters<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, starts: text.char_indices().map(|(start, _)| start).chain([text.len()]).collect() }
    }

    /// Some of them; what lies past the end is left out.
    fn slice(&self, range: std::ops::Range<u32>) -> &'a str {
        let start = |character: u32| self.starts.get(character as usize).copied().unwrap_or(self.text.len());
        self.text.get(start(range.start)..start(range.end)).unwrap_or_default()
    }
}

/// A segment's sentences, in time linear in its length.
fn sentences_of(segment: &Segment) -> Vec<Sentence<'_>> {
    let (words, characters) = (sentences::words(&segment.text), Characters::of(&segment.text));
    let mut found = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let end = words.sentence_end(start);
        let long = (start + LONG..end).find(|index| BREAKS.contains(&words.word(*index)) || *index >= start + 2 * LONG);
        let end = long.unwrap_or(end);
        found.extend(sentence(segment, &characters, &words, start..end));
        start = end;
    }
    found
}

fn sentence<'a>(segment: &'a Segment, characters: &Characters<'_>, words: &Words, range: std::ops::Range<usize>) -> Option<Sentence<'a>> {
    let marks = words.marks();
    let (first, last) = (marks.get(range.start)?, marks.get(range.end.checked_sub(1)?)?);
    // The closing mark belongs to it, and so does the bracket or quote that it closes.
    let closing = characters.slice(last.end..last.end + 4).chars().take_while(|character| sentences::closes(*character));
    let end = last.end + closing.count() as u32;
    let text = clean(characters.slice(first.start..end));
    let words = sentences::words(&text);
    let span = Span { segment: segment.number, start: first.start, end };
    (!words.is_empty()).then_some(Sentence { segment, text, span, words })
}

/// Without fillers, one space between words, a capital first letter.
fn clean(said: &str) -> String {
    let words = Words::of(said);
    let mut drop = fillers(&words).into_iter().filter_map(|filler| {
        let marks = words.marks();
        Some(marks.get(filler.start)?.start..marks.get(filler.end.checked_sub(1)?)?.end)
    });
    let mut dropping = drop.next();
    let mut kept = String::with_capacity(said.len());
    let mut after_filler = false;
    for (index, character) in said.chars().enumerate() {
        let index = index as u32;
        while dropping.as_ref().is_some_and(|range| index >= range.end) {
            dropping = drop.next();
            after_filler = true;
        }
        if dropping.as_ref().is_some_and(|range| range.contains(&index)) {
            continue;
        }
        // The comma behind a filler goes with it.
        if std::mem::take(&mut after_filler) && character == ',' {
            continue;
        }
        if character.is_whitespace() && (kept.is_empty() || kept.ends_with(' ')) {
            continue;
        }
        kept.push(if character.is_whitespace() { ' ' } else { character });
    }
    let kept = kept.trim_matches(|character: char| character.is_whitespace() || character == ',');
    let mut characters = kept.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Lines with other words than those before them: what is asked again is the same question.
fn once(lines: impl Iterator<Item = SummaryLine>) -> Vec<SummaryLine> {
    let mut seen = HashSet::new();
    lines.filter(|line| seen.insert(Words::of(&line.text).joined().to_owned())).collect()
}

/// The questions of a customer's segment that want an answer.
fn asked(playbook: &Playbook, segment: &Segment) -> Vec<SummaryLine> {
    let words = sentences::words(&segment.text);
    if questions(&words).is_empty() {
        return Vec::new();
    }
    let (asked, characters) = (detect::asked(playbook, &words), Characters::of(&segment.text));
    asked.into_iter().filter_map(|range| sentence(segment, &characters, &words, range)).map(|question| question.line()).collect()
}

#[cfg(test)]
mod tests;
