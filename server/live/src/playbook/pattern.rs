//! Phrases: parsed, spread out into plain sequences, matched against words.

use model::metrics::{Stop, Words};

/// Openings that one phrase may have for the automaton.
const MOST_OPENINGS: usize = 256;
/// More than so many openings are not made longer, only as long as they must be.
const ENOUGH_OPENINGS: usize = 24;
/// Characters of a phrase.
const LONGEST: usize = 800;

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

    /// One past the last word, if it matches from a word on within the sentence.
    pub fn matches(&self, words: &Words, from: usize) -> Option<usize> {
        step(&Rest { items: &self.items, next: None }, words, from, from)
    }
}

/// What is left to match: items, and what follows the group that they stand in.
#[derive(Clone, Copy)]
struct Rest<'a> {
    items: &'a [Item],
    next: Option<&'a Rest<'a>>,
}

fn step(rest: &Rest<'_>, words: &Words, from: usize, at: usize) -> Option<usize> {
    let Some((item, items)) = rest.items.split_first() else {
        return rest.next.map_or(Some(at), |next| step(next, words, from, at));
    };
    let rest = Rest { items, next: rest.next };
    let fits = match item {
        Item::Word(wanted) => words.word(at) == wanted,
        Item::Prefix(start) => words.word(at).starts_with(start.as_str()),
        Item::Gap(most) => {
            let passes = |at: usize| same_sentence(words, from, at) && !NEGATORS.contains(&words.word(at));
            let clear = (0..=usize::from(*most)).take_while(|skipped| *skipped == 0 || passes(at + skipped - 1));
            return clear.into_iter().find_map(|skipped| step(&rest, words, from, at + skipped));
        }
        Item::Choice(options) => {
            return options.iter().find_map(|option| step(&Rest { items: option, next: Some(&rest) }, words, from, at));
        }
    };
    if fits && same_sentence(words, from, at) { step(&rest, words, from, at + 1) } else { None }
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
    Ok(Phrase { openings: openings(&items)?, items })
}

#[derive(Debug, PartialEq)]
enum Sign {
    Open,
    Close,
    Or,
    Optional,
    Gap(u8),
    Text(String),
}

fn signs(phrase: &str) -> Result<Vec<Sign>, String> {
    let mut signs = Vec::new();
    let mut characters = phrase.chars().peekable();
    while let Some(character) = characters.next() {
        signs.push(match character {
            '(' => Sign::Open,
            ')' => Sign::Close,
            '|' => Sign::Or,
            '?' => Sign::Optional,
            c if c.is_whitespace() => continue,
            '.' => {
                if characters.next_if_eq(&'.').is_none() {
                    return Err("a single point means nothing; a gap is `..`".to_owned());
                }
                let most = characters.next_if(char::is_ascii_digit).and_then(|digit| digit.to_digit(10)).unwrap_or(3);
                Sign::Gap(most as u8)
            }
            c => {
                let mut text = String::from(c);
                while let Some(more) = characters.next_if(|c| c.is_alphanumeric() || matches!(c, '\'' | '*' | '-')) {
                    text.push(more);
                }
                Sign::Text(text)
            }
        });
    }
    Ok(signs)
}

/// The sides of a group. Outside of brackets `|` chooses between two words or groups, inside between whole sides.
fn group(signs: &[Sign], position: &mut usize, depth: usize) -> Result<Vec<Vec<Item>>, String> {
    if depth > 6 {
        return Err("brackets are nested too deeply".to_owned());
    }
    let mut sides = Vec::new();
    let mut side = Vec::new();
    while let Some(sign) = signs.get(*position) {
        *position += 1;
        let mut options = match sign {
            Sign::Close if depth > 0 => {
                sides.push(side);
                return Ok(sides);
            }
            Sign::Close => {
                *position -= 1;
                break;
            }
            Sign::Or if depth > 0 => {
                sides.push(std::mem::take(&mut side));
                continue;
            }
            Sign::Or => return Err("`|` must stand between two words".to_owned()),
            Sign::Optional => return Err("`?` must follow a word or a group".to_owned()),
            Sign::Gap(most) => {
                side.push(Item::Gap(*most));
                continue;
            }
            Sign::Open => group(signs, position, depth + 1)?,
            Sign::Text(text) => vec![literal(text)?],
        };
        while depth == 0 && signs.get(*position) == Some(&Sign::Or) {
            *position += 2;
            match signs.get(*position - 1) {
                Some(Sign::Text(text)) => options.push(literal(text)?),
                Some(Sign::Open) => options.extend(group(signs, position, depth + 1)?),
                _ => return Err("`|` must stand between two words".to_owned()),
            }
        }
        if signs.get(*position) == Some(&Sign::Optional) {
            *position += 1;
            options.push(Vec::new());
        }
        match options.len() {
            1 => side.extend(options.pop().unwrap_or_default()),
            _ => side.push(Item::Choice(options)),
        }
    }
    if depth > 0 {
        return Err("an opening bracket is never closed".to_owned());
    }
    Ok(vec![side])
}

/// A word as the engine sees it: contractions become two items.
fn literal(text: &str) -> Result<Vec<Item>, String> {
    let (text, prefix) = text.strip_suffix('*').map_or((text, false), |start| (start, true));
    let words = Words::of(text);
    if words.is_empty() || text.contains('*') {
        return Err(format!("\"{text}\" is no word"));
    }
    let mut items: Vec<Item> = (0..words.len()).map(|index| Item::Word(words.word(index).to_owned())).collect();
    if let Some(Item::Word(last)) = items.last().filter(|_| prefix) {
        let start = Item::Prefix(last.clone());
        items.pop();
        items.push(start);
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn hits(phrase: &str, text: &str) -> bool {
        let words = Words::of(text);
        let phrase = compile(phrase).unwrap();
        let found: Vec<usize> = (0..words.len()).filter(|from| phrase.matches(&words, *from).is_some()).collect();
        for from in &found {
            let rest = &words.joined()[(0..*from).map(|index| words.word(index).len() + 1).sum::<usize>()..];
            assert!(phrase.openings().iter().any(|opening| rest.starts_with(opening.as_str())), "{phrase:?}");
        }
        !found.is_empty()
    }

    #[test]
    fn phrases_match_what_they_say() {
        for (phrase, text, expected) in [
            ("too expensive", "It's too expensive", true),
            ("too expensive", "too very expensive", false),
            ("too|so expens*|pric*", "this is so pricey", true),
            ("too (much money|steep)", "that's too much money", true),
            ("over (the|our)? budget", "over budget", true),
            ("over (the|our)? budget", "over our budget", true),
            ("don't .. budget", "we do not have a budget", true),
            ("don't .. budget", "we do not really have quite a budget", false),
            ("don't ..5 budget", "we do not really have quite a budget", true),
            ("no .. budget", "No. Our budget is fine", false),
            ("(get back)|come to you", "we will get back to you", true),
            ("get|(come right) back to you", "we will come right back to you", true),
            ("we (are (still|also)? looking|look) at (a|some) tool*", "we are still looking at some tools", true),
        ] {
            assert_eq!(hits(phrase, text), expected, "{phrase} in {text}");
        }
    }

    #[test]
    fn wrong_phrases_say_what_is_wrong() {
        for (phrase, reason) in [
            ("", "must begin and end"),
            (".. price", "must begin with"),
            ("(..a|b) c", "group must begin"),
            ("..", "must begin and end"),
            ("price ..", "must begin and end"),
            ("price?", "must begin and end"),
            ("(a|b", "never closed"),
            ("a)", "no opening"),
            ("| a", "between two words"),
            ("a .b", "single point"),
            ("?", "must follow"),
            ("*", "no word"),
            ("(a|b|c|d|e|f|g)? (a|b|c|d|e|f|g)? (a|b|c|d|e|f|g)? x", "more than 256"),
        ] {
            let error = compile(phrase).unwrap_err();
            assert!(error.contains(reason), "{phrase}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_phrase_panics(phrase in "[a-c ().|?*0-9']{0,40}") {
            if let Ok(compiled) = compile(&phrase) {
                prop_assert!((1..=MOST_OPENINGS).contains(&compiled.openings().len()));
                prop_assert!(compiled.openings().iter().all(|opening| opening.len() > 1));
            }
        }
    }
}
