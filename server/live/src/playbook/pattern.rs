//! Phrases: parsed, spread out into plain sequences, matched against words.

use model::metrics::{Stop, Words};

use parse::{group, signs};

mod parse;

/// Openings that one phrase may have for the automaton.
const MOST_OPENINGS: usize = 256;
/// More than so many openings are not made longer, only as long as they must be.
const ENOUGH_OPENINGS: usize = 24;
/// Characters of a phrase.
const LONGEST: usize = 800;
/// Ways in which the gaps of one phrase may be long: each is tried where the words don't fit.
const MOST_WAYS: usize = 1_000;
/// Steps after which one attempt is given up. No phrase needs so many on words that people say.
const MOST_STEPS: u32 = 20_000;

/// Words that negate.
pub(crate) const NEGATORS: &[&str] = &["not", "no", "never", "without", "hardly", "nor", "neither", "nothing", "none", "nobody"];

/// One step of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    /// This word.
    Word(String),
    /// A word that begins so.
    Prefix(String),
    /// Up to so many words, none of them a negation.
    Gap(u8),
    /// One of these; an empty one makes it optional.
    Choice(Vec<Vec<Item>>),
}

/// A phrase, ready to be matched. It begins and ends with a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    items: Vec<Item>,
    openings: Vec<String>,
}

impl Phrase {
    /// The words that it can begin with, as the automaton looks for them: a space before each, and one after the last
    /// unless it is a prefix.
    pub fn openings(&self) -> &[String] {
        &self.openings
    }

    /// The alternatives of a phrase that is nothing but words side by side, none if it is more than that: "(gong|click up)".
    pub fn alternatives(&self) -> Option<Vec<Vec<&str>>> {
        match self.items.as_slice() {
            [Item::Choice(options)] => options.iter().map(|option| plain(option)).collect(),
            items => plain(items).map(|words| vec![words]),
        }
    }

    /// What stands side by side in its brackets, as far as it is only words.
    pub fn choices(&self) -> Vec<Vec<Vec<&str>>> {
        let chosen = self.items.iter().filter_map(|item| if let Item::Choice(options) = item { Some(options) } else { None });
        chosen.map(|options| options.iter().filter_map(|option| plain(option)).collect()).collect()
    }

    /// One past the last word, if it matches from a word on within the sentence. Takes its steps from `effort`; without any left nothing
    /// matches.
    pub fn matches(&self, words: &Words, from: usize, effort: &mut Effort) -> Option<usize> {
        let mut steps = effort.0.min(MOST_STEPS);
        let before = steps;
        let end = Matching { words, from, steps: &mut steps }.step(&Rest { items: &self.items, next: None }, from);
        effort.0 -= before - steps;
        end
    }
}

/// What a search may still cost, in steps: phrases are anybody's, and none of them may hold up a call.
#[derive(Debug)]
pub(crate) struct Effort(u32);

impl Effort {
    /// What a search in so many words may cost.
    pub fn of(words: usize) -> Self {
        Self(u32::try_from(words).unwrap_or(u32::MAX).saturating_mul(2_000).saturating_add(100_000))
    }
}

/// What is left to match: items, and what follows the group that they stand in.
#[derive(Clone, Copy)]
struct Rest<'a> {
    items: &'a [Item],
    next: Option<&'a Rest<'a>>,
}

/// An attempt to match from a word on.
struct Matching<'a> {
    words: &'a Words,
    from: usize,
    steps: &'a mut u32,
}

impl Matching<'_> {
    fn step(&mut self, rest: &Rest<'_>, at: usize) -> Option<usize> {
        *self.steps = self.steps.checked_sub(1)?;
        let words = self.words;
        let Some((item, items)) = rest.items.split_first() else {
            return match rest.next {
                Some(next) => self.step(next, at),
                None => Some(at),
            };
        };
        let rest = Rest { items, next: rest.next };
        let fits = match item {
            Item::Word(wanted) => words.word(at) == wanted,
            Item::Prefix(start) => words.word(at).starts_with(start.as_str()),
            Item::Gap(most) => {
                let from = self.from;
                let passes = |at: usize| same_sentence(words, from, at) && !NEGATORS.contains(&words.word(at));
                let mut clear = (0..=usize::from(*most)).take_while(|skipped| *skipped == 0 || passes(at + skipped - 1));
                return clear.find_map(|skipped| self.step(&rest, at + skipped));
            }
            Item::Choice(options) => {
                return options.iter().find_map(|option| self.step(&Rest { items: option, next: Some(&rest) }, at));
            }
        };
        if fits && same_sentence(words, self.from, at) { self.step(&rest, at + 1) } else { None }
    }
}

/// The words of items that are nothing else.
fn plain(items: &[Item]) -> Option<Vec<&str>> {
    items.iter().map(|item| if let Item::Word(word) = item { Some(word.as_str()) } else { None }).collect()
}

/// In how many ways the gaps of a phrase may be long.
fn ways(items: &[Item]) -> usize {
    items.iter().fold(1, |ways: usize, item| {
        ways.saturating_mul(match item {
            Item::Word(_) | Item::Prefix(_) => 1,
            Item::Gap(most) => usize::from(*most) + 1,
            Item::Choice(options) => options.iter().map(|option| self::ways(option)).max().unwrap_or(1),
        })
    })
}

/// The words that a phrase can begin with.
fn openings(items: &[Item]) -> Result<Vec<String>, String> {
    // Each opening, and whether more words may be added to it.
    let mut openings = vec![(String::new(), true)];
    for item in items {
        let needed = openings.iter().any(|(text, open)| *open && text.is_empty());
        let options: Vec<(String, bool)> = match item {
            Item::Word(word) => vec![(format!("{word} "), true)],
            Item::Prefix(start) => vec![(start.clone(), false)],
            Item::Gap(_) if needed => return Err("it must begin with a word".to_owned()),
            Item::Gap(_) => break,
            Item::Choice(options) => match options.iter().map(|option| first_words(option)).collect::<Result<_, _>>() {
                Ok(options) => options,
                Err(reason) if needed => return Err(reason),
                Err(_) => break,
            },
        };
        if !needed && openings.len() * options.len() > ENOUGH_OPENINGS {
            break;
        }
        openings = openings
            .iter()
            .flat_map(|(text, open)| match open {
                true => options.iter().map(|(more, open)| (format!("{text}{more}"), *open)).collect(),
                false => vec![(text.clone(), false)],
            })
            .collect();
        if openings.len() > MOST_OPENINGS {
            return Err(format!("it can begin in more than {MOST_OPENINGS} ways"));
        }
    }
    if openings.iter().any(|(text, _)| text.is_empty()) {
        return Err("it must begin with a word that isn't optional".to_owned());
    }
    openings.sort();
    openings.dedup();
    Ok(openings.into_iter().map(|(text, _)| format!(" {text}")).collect())
}

/// A side of a choice up to its first gap or inner choice, and whether it is told in full.
fn first_words(items: &[Item]) -> Result<(String, bool), String> {
    let mut text = String::new();
    for item in items {
        match item {
            Item::Word(word) => {
                text.push_str(word);
                text.push(' ');
            }
            Item::Prefix(start) => {
                text.push_str(start);
                return Ok((text, false));
            }
            Item::Gap(_) | Item::Choice(_) if text.is_empty() => return Err("a group must begin with a word".to_owned()),
            Item::Gap(_) | Item::Choice(_) => return Ok((text, false)),
        }
    }
    Ok((text, true))
}

/// Whether a phrase's last word is a word.
fn ends_well(items: &[Item]) -> bool {
    match items.last() {
        Some(Item::Word(_) | Item::Prefix(_)) => true,
        Some(Item::Choice(options)) => {
            let before = items.split_last().is_some_and(|(_, before)| ends_well(before));
            options.iter().all(|option| if option.is_empty() { before } else { ends_well(option) })
        }
        Some(Item::Gap(_)) | None => false,
    }
}

/// No sentence ends between the first word and this one.
fn same_sentence(words: &Words, from: usize, at: usize) -> bool {
    at < words.len() && (at == from || words.marks().get(at - 1).is_some_and(|mark| mark.stop < Stop::Sentence))
}

/// Reads a phrase.
pub(crate) fn compile(phrase: &str) -> Result<Phrase, String> {
    if phrase.chars().count() > LONGEST {
        return Err(format!("it is longer than {LONGEST} characters"));
    }
    let signs = signs(phrase)?;
    let mut position = 0;
    let mut sides = group(&signs, &mut position, 0)?;
    if position < signs.len() {
        return Err("a closing bracket has no opening one".to_owned());
    }
    let items = sides.pop().unwrap_or_default();
    if !ends_well(&items) {
        return Err("it must begin and end with a word".to_owned());
    }
    if ways(&items) > MOST_WAYS {
        return Err("it has too many gaps: use fewer or shorter ones".to_owned());
    }
    Ok(Phrase { openings: openings(&items)?, items })
}

#[cfg(test)]
mod tests;
