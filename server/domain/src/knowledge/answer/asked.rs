//! What a question asks: its words with what they weigh, whom or what it is about, and what kind of value it wants to hear.
//!
//! An answer must be about the same: each name and each number of the question has to stand in what is cited ([`super::evidence`]).

use std::ops::Range;

use store::knowledge::{FoundPassage, KnownWord, QuestionWords};

use super::currencies::{self, Currency};
use super::grammar::{Part, Reading, Standing, read};
use super::light::{HAVING, KINDS, MEASURES, NAMED, is_compared, is_light};
use super::periods::Periods;
use super::uses::Uses;
use super::values::Wanted;
use super::{thesaurus, unspaced};

/// A word that nobody's documents have weighs so much: mostly the speaker's own way to say it.
const UNKNOWN: f32 = 3.0;
/// A word that says that something is asked, not what, weighs this part.
const LIGHT: f32 = 0.15;
/// What a word of nearly the same meaning counts for.
const SYNONYM: f32 = 0.8;
/// What a word of a question does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// It says what is asked of the subject.
    Plain,
    /// It names somebody or something: no other's value is an answer.
    Name,
    /// It counts or dates something: it has to stand there, or in a range that is given there.
    Number(f64),
    /// It asks for a value of the wanted kind: a value is as good as the word.
    Value,
}

/// A question, ready to be held against texts.
#[derive(Debug)]
pub(super) struct Asked {
    words: QuestionWords,
    /// Words of nearly the same meaning, and which word of the question each stands for.
    also: QuestionWords,
    also_of: Vec<Vec<usize>>,
    is_yes_or_no: bool,
    /// By word: whether it is written as a name where other words are not.
    capital: Vec<bool>,
    /// By word: the other words of the question that mean nearly the same.
    pub kin: Vec<Vec<usize>>,
    /// By word.
    pub weights: Vec<f32>,
    /// By word.
    pub roles: Vec<Role>,
    /// Of a number the word right before it, by word: "Depot 28", "Tier 3".
    pub numbered: Vec<Option<usize>>,
    /// The kind of value that is asked for.
    pub wanted: Option<Wanted>,
    /// Whether it asks how many there are.
    pub counts_things: bool,
    /// By word: whether an answer has to say it, in whatever words.
    pub firm: Vec<bool>,
    /// By word: whether it stands right behind what asks, "which port".
    pub asked: Vec<bool>,
    /// By word: of a noun's last word the ones before it, as "touring" before "bikes".
    pub before: Vec<Option<usize>>,
    /// What the question is about first, by word: not behind "of" or "for", and no name.
    pub heads: Vec<usize>,
    /// The stretches of time that a price is asked for.
    pub periods: Periods,
    /// The currencies that it is asked for in.
    pub currencies: Vec<Currency>,
    /// In scripts without spaces, of each stretch the pairs of letters; most of each have to be there.
    pub stretches: Vec<Vec<usize>>,
}

impl Asked {
    /// Reads a question, with what the organization knows of its words and with the passages that were found for it.
    pub fn new<'a>(question: &str, known: &[KnownWord], passages: impl Iterator<Item = &'a FoundPassage> + Clone) -> Self {
        let words = QuestionWords::of(question);
        let reading = read(question);
        // Yes or no is no value.
        let wanted = if reading.is_yes_or_no { None } else { Wanted::of(question).or_else(|| unspaced::wanted(question)) };
        let all: Vec<(String, Range<usize>)> = words.iter().map(|(text, range)| (text.to_owned(), range)).collect();
        let passages_with = |word: &str| known.iter().find(|known| known.text == word).map_or(0, |known| known.passages);
        let written = |range: &Range<usize>| question.get(range.clone()).unwrap_or_default();
        let capital = |range: &Range<usize>| written(range).starts_with(char::is_uppercase);
        let capitals = all.iter().filter(|(_, range)| capital(range)).count();
        // "What Does It Cost?", and languages that write every noun so: capitals say nothing there.
        let says_names = capitals * 2 <= all.len() || all.len() < 3;
        let uses = Uses::of(&words, passages);
        let mut roles: Vec<Role> = Vec::with_capacity(all.len());
        for (at, (text, range)) in all.iter().enumerate() {
            let spellings: Vec<&str> = words.spellings(at).collect();
            let digits = number(text).or_else(|| spellings.iter().find_map(|spelling| number(spelling)));
            // "One of our people", "the two of us" count nothing.
            let number = digits.filter(|number| *number > 2.0 || written(range).starts_with(|c: char| c.is_ascii_digit()));
            let is_known = passages_with(text) > 0 || spellings.iter().any(|spelling| uses.has(at) || passages_with(spelling) > 0);
            // What is written large and stands in nothing that was found names something else, wherever the documents may have it.
            let is_mine = part_at(&reading, range).is_some_and(|part| part.is_mine);
            let is_new_name = says_names && capital(range) && !starts_sentence(question, range.start) && !uses.has(at) && !is_mine;
            let names_next = all.get(at + 1).is_some_and(|(next, _)| NAMED.contains(&next.as_str())) && !is_known;
            roles.push(match number {
                // What stands nowhere is the asker's own number, unless it is a year or belongs to a name ("ISO 9001").
                Some(number) if uses.has(at) || uses.holds(number) || is_year(number) || follows_name(question, range.start) => {
                    Role::Number(number)
                }
                Some(_) => Role::Plain,
                None if digits.is_some() => Role::Plain,
                None if wanted.is_some_and(|wanted| wanted.is_asked_by(text)) => Role::Value,
                None if is_light(text) || NAMED.contains(&text.as_str()) => Role::Plain,
                None if is_new_name || names_next || (uses.is_name(at) && !is_mine) => Role::Name,
                None => Role::Plain,
            });
        }
        let beside = |at: usize| {
            let before = at.checked_sub(1)?;
            let between = question.get(all.get(before)?.1.end..all.get(at)?.1.start)?;
            (matches!(roles.get(at)?, Role::Number(_)) && matches!(between, " " | "-" | "")).then_some(before)
        };
        let numbered = (0..all.len()).map(beside).collect();
        let weight = |text: &str| {
            let known = known.iter().find(|known| known.text == text && known.passages > 0);
            known.map_or(UNKNOWN, |known| known.weight.max(0.1)) * if is_light(text) { LIGHT } else { 1.0 }
        };
        let weights = all.iter().zip(&roles).enumerate().map(|(at, ((text, _), role))| match role {
            Role::Name => weight(text).max(UNKNOWN),
            Role::Plain if number(text).is_some() && !uses.has(at) => 0.0,
            _ => weight(text),
        });
        let mut weights: Vec<f32> = weights.collect();
        for (at, weight) in weights.iter_mut().enumerate() {
            // Particles and articles of any language; "off" may be what is asked.
            if roles[at] == Role::Plain && all[at].0 != "off" && reading.closed.iter().any(|range| *range == all[at].1) {
                *weight *= LIGHT;
            }
        }
        let stretches = stretches(question, &all, &mut weights);
        let periods = if wanted == Some(Wanted::Price) { Periods::asked(question) } else { Periods::default() };
        let mut asked = Self {
            also: QuestionWords::default(),
            is_yes_or_no: reading.is_yes_or_no,
            also_of: Vec::new(),
            kin: vec![Vec::new(); all.len()],
            capital: all.iter().map(|(_, range)| says_names && capital(range) && !starts_sentence(question, range.start)).collect(),
            firm: vec![false; all.len()],
            asked: vec![false; all.len()],
            before: vec![None; all.len()],
            heads: Vec::new(),
            words,
            weights,
            roles,
            numbered,
            wanted,
            counts_things: wanted.is_some_and(|wanted| wanted.counts_things(question)),
            periods,
            currencies: if matches!(wanted, None | Some(Wanted::Price)) { currencies::named(question) } else { Vec::new() },
            stretches,
        };
        asked.stand(&reading, &all, &uses);
        asked.add_others(reading.is_who, &all);
        asked
    }

    /// What of the question has to be said, by how it stands there.
    fn stand(&mut self, reading: &Reading, all: &[(String, Range<usize>)], uses: &Uses<'_>) {
        let parts: Vec<Option<&Part>> = all.iter().map(|(_, range)| part_at(reading, range)).collect();
        let is_name = |at: usize| matches!(self.roles.get(at), Some(Role::Name | Role::Number(_)));
        let mut related = Vec::new();
        // "Does it hook into Zendesk": whatever somebody calls it.
        let works_with =
            (0..all.len()).any(|at| (self.roles[at] == Role::Name || self.capital[at]) && parts[at].is_some_and(|part| part.is_related));
        for (at, (text, _)) in all.iter().enumerate() {
            let Some(part) = parts[at] else { continue };
            let beside = |other: usize| parts.get(other).copied().flatten();
            let is_before = beside(at + 1).is_some_and(|next| next.follows && next.range != part.range);
            // "the Meadow plan": of what class it is need not be said.
            let is_class = NAMED.contains(&text.as_str()) && (part.follows || is_before && is_name(at + 1));
            if is_class {
                self.weights[at] *= LIGHT;
            }
            let is_light = is_light(text) || unspaced::is_of(text) || MEASURES.contains(&text.as_str()) || is_compared(text) || is_class;
            let firm = match part.standing {
                // For whom or where somebody wants it may be told in words that nobody has.
                Standing::Firm if part.is_related && !uses.has(at) => false,
                Standing::Firm if KINDS.contains(&text.as_str()) => false,
                Standing::Verb if HAVING.contains(&text.as_str()) => false,
                Standing::Firm => !is_light || part.is_asked && !unspaced::is_of(text),
                Standing::Verb | Standing::Telling if reading.is_yes_or_no && works_with => false,
                Standing::Verb | Standing::Telling if reading.is_yes_or_no || reading.is_who => !is_light,
                Standing::Telling => !is_light && uses.has(at),
                Standing::Verb | Standing::Loose => false,
            };
            let is_period = self.periods.asks(text) && !is_before;
            self.firm[at] = firm && self.roles[at] == Role::Plain && number(text).is_none() && !is_period;
            self.asked[at] = self.firm[at] && part.is_asked && !is_before;
            if part.follows && at > 0 && beside(at - 1).is_some_and(|before| before.range != part.range) {
                self.before[at] = Some(at - 1);
            }
            // What a table names with a capital, and the question doesn't, may be a word like others.
            let is_thing = self.firm[at] || self.roles[at] == Role::Name && !self.capital[at];
            if is_thing && !is_before && part.standing == Standing::Firm {
                if part.is_related { related.push(at) } else { self.heads.push(at) }
            }
        }
        // "The price of a bike".
        if self.heads.is_empty() {
            self.heads.extend(related.first());
        }
        // "How long are we locked in": the verb is all that is asked.
        if !self.firm.contains(&true) && !self.roles.iter().any(|role| matches!(role, Role::Name | Role::Number(_))) {
            for (at, (text, _)) in all.iter().enumerate() {
                let is_verb = parts[at].is_some_and(|part| matches!(part.standing, Standing::Verb | Standing::Telling));
                self.firm[at] = is_verb && !is_light(text) && self.roles[at] == Role::Plain;
            }
        }
    }

    /// Words that stand for those of the question.
    fn add_others(&mut self, is_who: bool, all: &[(String, Range<usize>)]) {
        let mut also: Vec<String> = Vec::new();
        let mut also_of: Vec<Vec<usize>> = Vec::new();
        for (at, (text, _)) in all.iter().enumerate() {
            let mut doers = if is_who { thesaurus::doers(text) } else { Vec::new() };
            // "K400s".
            doers.extend(text.strip_suffix('s').filter(|one| one.ends_with(|c: char| c.is_ascii_digit())).map(ToOwned::to_owned));
            for other in thesaurus::others(text).map(ToOwned::to_owned).chain(doers) {
                if let Some(kin) = all.iter().position(|(text, _)| *text == other) {
                    self.kin[at].push(kin);
                } else if let Some(known) = also.iter().position(|known| *known == other) {
                    also_of[known].push(at);
                } else {
                    also.push(other);
                    also_of.push(vec![at]);
                }
            }
        }
        self.also = QuestionWords::of(&also.join(" . "));
        // What is no word, or one word twice, is left out there.
        let place = |word: &str| also.iter().position(|other| other == word);
        self.also_of = self.also.iter().map(|(word, _)| place(word).map(|place| also_of[place].clone()).unwrap_or_default()).collect();
    }

    /// The part of the firm words, by weight, of which something holds; all of none.
    pub fn firm_share(&self, holds: impl Fn(usize) -> bool) -> f32 {
        let weight = |counts: &dyn Fn(usize) -> bool| -> f32 {
            let words = self.weights.iter().zip(&self.firm).enumerate().filter(|(at, (_, firm))| **firm && counts(*at));
            words.map(|(_, (weight, _))| weight).sum()
        };
        let all = weight(&|_| true);
        if all > 0.0 { weight(&holds) / all } else { 1.0 }
    }

    /// Where the words stand in a text: which word, which bytes. Of a name only what is written as one: Mark is no mark.
    pub fn places(&self, text: &str, language: &str) -> Vec<(usize, Range<usize>)> {
        let names: Vec<&str> = self.words.iter().map(|(word, _)| word).collect();
        let is_it = |(word, range): &(usize, Range<usize>)| {
            let written = text.get(range.clone()).unwrap_or_default();
            !self.capital[*word] || !written.starts_with(char::is_lowercase) || written == names[*word]
        };
        self.words.find(text, language).into_iter().filter(is_it).collect()
    }

    /// The words that a text has, each once, in order of the question.
    pub fn own(&self, text: &str, language: &str) -> Vec<usize> {
        let mut found: Vec<usize> = self.places(text, language).into_iter().map(|(word, _)| word).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether a few words are nothing but words of the question: a title, whatever it looks like. To yes or no they may be all.
    pub fn says_no_more(&self, text: &str, language: &str) -> bool {
        const FEW: usize = 6;
        let words = QuestionWords::of(text).iter().count();
        !self.is_yes_or_no && words <= FEW && self.own(text, language).len() >= words
    }

    /// How much of each word a text has, 0 to 1: the word itself, or one of nearly the same meaning.
    pub fn parts(&self, text: &str, language: &str) -> Vec<f32> {
        let mut parts = vec![0.0; self.weights.len()];
        for (other, _) in self.also.find(text, language) {
            for word in self.also_of.get(other).into_iter().flatten() {
                parts[*word] = SYNONYM;
            }
        }
        for word in self.own(text, language) {
            parts[word] = 1.0;
        }
        parts
    }
}

/// The part of a reading that a word of the question is.
fn part_at<'a>(reading: &'a Reading, range: &Range<usize>) -> Option<&'a Part> {
    reading.parts.iter().find(|part| part.range.start < range.end && range.start < part.range.end)
}

/// In scripts without spaces, of each stretch that a question is about its pairs of letters; the others weigh nothing.
fn stretches(question: &str, all: &[(String, Range<usize>)], weights: &mut [f32]) -> Vec<Vec<usize>> {
    let ranges = unspaced::stretches(question);
    if ranges.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); ranges.len()];
    for (at, (text, range)) in all.iter().enumerate() {
        let stretch = ranges.iter().position(|stretch| stretch.start <= range.start && range.end <= stretch.end);
        match stretch {
            Some(stretch) => found[stretch].push(at),
            None if text.is_ascii() => {}
            None => weights[at] = 0.0,
        }
    }
    found.retain(|pairs| !pairs.is_empty());
    found
}

/// The number that a term stands for: `50000`, `240·5`.
fn number(term: &str) -> Option<f64> {
    if term.starts_with(|c: char| c.is_ascii_digit()) { term.replace('·', ".").parse().ok() } else { None }
}

fn is_year(number: f64) -> bool {
    (1900.0..2100.0).contains(&number) && number.fract() == 0.0
}

/// Whether the word right before a byte is written as a name: "ISO 9001", "K600".
fn follows_name(question: &str, at: usize) -> bool {
    let before = question.get(..at).unwrap_or_default();
    let word = before.trim_end_matches([' ', '-']).rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_beside = before.len() - before.trim_end().len() <= 1;
    is_beside && word.chars().any(char::is_uppercase) && !starts_sentence(question, at.saturating_sub(word.len() + 1))
}

/// Whether a sentence of the question begins at a byte.
fn starts_sentence(question: &str, at: usize) -> bool {
    question.get(..at).is_none_or(|before| {
        let before = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '(' | '„'));
        before.is_empty() || before.ends_with(['.', '!', '?', ':', ',', ';'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::answer::tests::passage;

    fn roles(question: &str, text: &str) -> Vec<Role> {
        let passages = [passage(text)];
        let known: Vec<KnownWord> = QuestionWords::of(question)
            .iter()
            .map(|(word, _)| KnownWord { text: word.to_owned(), passages: i64::from(text.to_lowercase().contains(word)), weight: 5.0 })
            .collect();
        Asked::new(question, &known, passages.iter()).roles
    }

    #[test]
    fn names_and_numbers_are_told_from_what_is_asked_of_them() {
        use Role::{Name, Number, Plain, Value};
        let prices = "Plan: Meadow; Set-up fee: 240 euros\nPlan: Orchard; Set-up fee: 400 euros";
        assert_eq!(roles("what is the price of the meadow plan", prices), [Value, Name, Plain]);
        assert_eq!(roles("price of the platinum plan?", prices), [Value, Name, Plain], "a plan that nobody has is a name");
        assert_eq!(roles("Does it work with Zendesk?", prices), [Plain, Name]);
        assert_eq!(roles("Do you have Email?", "You get an email."), [Plain], "a word, whoever writes it large");
        let german = FoundPassage { language: "de".to_owned(), ..passage("Hier kostet der Tarif viel.") };
        let known = [KnownWord { text: "tarif".to_owned(), passages: 1, weight: 5.0 }];
        assert_eq!(Asked::new("Was Kostet Der Tarif?", &known, [german].iter()).roles, [Value, Plain, Plain]);
        let tiers = "Requests: up to 50,000; Price: 4 cents\nRequests: up to 200,000; Price: 3 cents";
        assert_eq!(roles("price for fifty thousand requests", tiers), [Value, Number(50_000.0), Number(50_000.0), Plain]);
        assert_eq!(roles("price for fifty thousand requests", prices), [Value, Plain, Plain, Plain], "the asker's own number");
        assert_eq!(roles("price in 2019", prices), [Value, Number(2_019.0)]);
    }
}
