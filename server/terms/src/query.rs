//! What a search asks for.

use crate::compound::{Kind, Term, cut, terms};
use crate::name::{Name, apart, names};
use crate::stop::is_stop;
use crate::unit::{Gap, Shape, Unit, units};

/// More groups than a person types; each costs a look into the index.
const MAX_GROUPS: usize = 12;
/// Spellings of one word.
const MAX_SPELLINGS: usize = 12;

/// One spelling of what is asked for, and where a text may have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sought {
    /// A word or a compound of this text.
    Word(String),
    /// Two words side by side, or three letters: [`Kind::Loose`].
    Pair(String),
    /// A word or a compound that begins so.
    Beginning(String),
}

/// Spellings, one of which a text must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group(pub Vec<Sought>);

/// A search: what is found has one of each group.
///
/// Words in quotes stand side by side. The last word may be unfinished, if it is a word of two letters or more. Stop words are dropped
/// from a search that has others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    groups: Vec<Group>,
    /// Parts of what is sought, without signs, for a quick look.
    needles: Vec<String>,
}

impl Query {
    /// What a person's search asks for.
    pub fn new(search: &str) -> Self {
        let pieces: Vec<(bool, Vec<Unit>)> = pieces(search).into_iter().map(|(quoted, text)| (quoted, units(text))).collect();
        let says = |unit: &Unit| !is_stop(&unit.folded);
        let only_stops = !pieces.iter().any(|(quoted, units)| (*quoted && units.len() > 1) || units.iter().any(says));
        let mut query = Self::default();
        let last = pieces.iter().rposition(|(_, units)| !units.is_empty());
        for (number, (quoted, units)) in pieces.iter().enumerate() {
            let terms = terms(units);
            let is_phrase = *quoted && units.len() > 1;
            // Words in quotes stand side by side anyway.
            let names = if pieces.len() > 1 { Vec::new() } else { apart(names(units)) };
            for (at, unit) in units.iter().enumerate() {
                if let Some(name) = names.iter().find(|name| name.units.contains(&at)) {
                    if name.units.start == at {
                        query.add(spellings(name, &terms, units));
                    }
                    continue;
                }
                if let Shape::Run(letters) = &unit.shape {
                    query.run(letters);
                    continue;
                }
                if is_phrase && at + 1 < units.len() {
                    query.add(pair(&terms, units, at));
                }
                let is_paired = is_phrase && (paired(units, at) || (at > 0 && paired(units, at - 1)));
                if !is_paired && (only_stops || is_phrase || says(unit)) {
                    let unfinished = !*quoted && Some(number) == last && at + 1 == units.len();
                    query.add(word(&terms, unit, at, unfinished));
                }
            }
        }
        query.needles = query.groups.iter().flat_map(|group| &group.0).map(Sought::needle).collect();
        query
    }

    /// What must be there.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Whether nothing of the search is a word.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many of the groups a text has.
    pub fn count(&self, text: &str) -> usize {
        let terms = cut(text);
        self.groups.iter().filter(|group| group.0.iter().any(|sought| terms.iter().any(|term| sought.is(term)))).count()
    }

    /// Which bytes of a text are found, in order; those that touch are one.
    pub fn marks(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let is_asked = |term: &Term| self.groups.iter().any(|group| group.0.iter().any(|sought| sought.is(term)));
        let mut found: Vec<_> = cut(text).into_iter().filter(is_asked).map(|term| term.range).collect();
        found.sort_unstable_by_key(|range| (range.start, range.end));
        let mut marks: Vec<std::ops::Range<usize>> = Vec::new();
        for range in found {
            match marks.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => marks.push(range),
            }
        }
        marks
    }

    /// A quick look whether a text may have anything of it. It may miss what is written with accents or in other spellings, and what it
    /// lets through may have nothing.
    pub fn may_be_in(&self, text: &str) -> bool {
        let mut squeezed = String::with_capacity(text.len());
        squeezed.extend(text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
        self.needles.iter().any(|needle| squeezed.contains(needle.as_str()))
    }

    fn add(&mut self, spellings: Vec<Sought>) {
        let mut group: Vec<Sought> = Vec::with_capacity(spellings.len());
        for sought in spellings {
            if !group.contains(&sought) && group.len() < MAX_SPELLINGS {
                group.push(sought);
            }
        }
        // A word that is asked for twice is one.
        let is_new = group.first().is_some_and(|first| !self.groups.iter().any(|other| other.0.first() == Some(first)));
        if is_new && self.groups.len() < MAX_GROUPS {
            self.groups.push(Group(group));
        }
    }

    /// Letters without spaces between words: what is asked for may stand within any others.
    fn run(&mut self, letters: &[(String, usize, usize)]) {
        let text = |stretch: &[(String, usize, usize)]| stretch.iter().map(|(letter, ..)| letter.as_str()).collect::<String>();
        match letters {
            [] => {}
            [_] => self.add(vec![Sought::Word(text(letters)), Sought::Beginning(text(letters))]),
            [_, _] => self.add(vec![Sought::Word(text(letters))]),
            _ => letters.windows(3).for_each(|stretch| self.add(vec![Sought::Pair(text(stretch))])),
        }
    }
}

impl Sought {
    /// Whether a text's term is this.
    pub fn is(&self, term: &Term) -> bool {
        match self {
            Self::Word(text) => term.kind != Kind::Loose && term.text == *text,
            Self::Pair(text) => term.kind == Kind::Loose && term.text == *text,
            Self::Beginning(text) => term.kind != Kind::Loose && term.text.starts_with(text.as_str()),
        }
    }

    fn needle(&self) -> String {
        let (Self::Word(text) | Self::Pair(text) | Self::Beginning(text)) = self;
        text.chars().filter(|c| c.is_alphanumeric()).collect()
    }
}

/// A word in all spellings.
fn word(terms: &[Term], unit: &Unit, at: usize, unfinished: bool) -> Vec<Sought> {
    let mut spellings = vec![Sought::Word(unit.folded.clone())];
    if !unit.is_number() {
        spellings.push(Sought::Pair(unit.folded.clone()));
        // Parts of a number with spaces are no numbers that were asked for.
        spellings.extend(unit.also.iter().cloned().map(Sought::Word));
    }
    let is_name = unit.folded.chars().all(char::is_alphanumeric) && unit.folded.chars().count() > 1;
    if unfinished && is_name && !unit.is_number() {
        spellings.push(Sought::Beginning(unit.folded.clone()));
    }
    // What it is a part of, written as one.
    let wider = terms
        .iter()
        .filter(|term| term.units.contains(&at) && (term.units.len() > 1 || (term.kind == Kind::Compound && !unit.is_number())));
    spellings.extend(wider.map(|term| Sought::Word(term.text.clone())));
    spellings
}

/// A name of single letters is there as a whole, or not.
fn spellings(name: &Name, terms: &[Term], units: &[Unit]) -> Vec<Sought> {
    let mut spellings = vec![Sought::Word(name.text.clone())];
    // "AT T" and "U S".
    match &units[name.units.clone()] {
        [first, second] if !first.is_number() => spellings.push(loose(first, second)),
        [first, and, second] if matches!(and.folded.as_str(), "and" | "n") => spellings.push(loose(first, second)),
        _ => {}
    }
    // What it is a part of, written as one: "SOC2" for "S.O.C. 2".
    let wider = terms.iter().filter(|term| {
        let has = |unit: usize| term.units.contains(&unit);
        has(name.units.start) && has(name.units.end - 1) && term.units != name.units
    });
    spellings.extend(wider.map(|term| Sought::Word(term.text.clone())));
    spellings
}

/// Whether the index has this unit and the next one as a pair.
fn paired(units: &[Unit], at: usize) -> bool {
    let (Some(first), Some(second)) = (units.get(at), units.get(at + 1)) else { return false };
    let are_numbers = first.is_number() && second.is_number();
    second.gap != Gap::Break && !first.is_run() && !second.is_run() && !are_numbers
}

/// Two words as if they were one.
fn loose(first: &Unit, second: &Unit) -> Sought {
    Sought::Pair(first.folded.chars().chain(second.folded.chars()).take(crate::MAX_CHARS).collect())
}

/// Two words side by side, in all spellings.
fn pair(terms: &[Term], units: &[Unit], at: usize) -> Vec<Sought> {
    if !paired(units, at) {
        return Vec::new();
    }
    let mut spellings = vec![loose(&units[at], &units[at + 1])];
    let both = terms.iter().filter(|term| term.units.contains(&at) && term.units.contains(&(at + 1)));
    for term in both {
        spellings.push(Sought::Word(term.text.clone()));
        if term.kind == Kind::Loose {
            spellings.push(Sought::Pair(term.text.clone()));
        }
    }
    spellings
}

/// A search cut at its quotes: whether a piece is in quotes, and the piece. A quote that nothing closes is none.
fn pieces(search: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let mut rest = search;
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '＂');
    while let Some((before, within)) = rest.find(is_quote).and_then(|open| rest[open..].chars().next().map(|c| (open, open + c.len_utf8())))
    {
        let Some(length) = rest[within..].find(is_quote) else { break };
        pieces.push((false, &rest[..before]));
        pieces.push((true, &rest[within..within + length]));
        let behind = within + length;
        rest = &rest[behind + rest[behind..].chars().next().map_or(0, char::len_utf8)..];
    }
    pieces.push((false, rest));
    pieces
}

/// A word of a question with what it may also be written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The word.
    pub word: Term,
    /// Its other spellings, and words that it is a part of.
    pub also: Vec<Term>,
}

/// The words of a question, in order, stop words among them.
pub fn asked(question: &str) -> Vec<Asked> {
    let units = units(question);
    let names = apart(names(&units).into_iter().filter(|name| name.short).collect());
    let (words, others): (Vec<Term>, Vec<Term>) = terms(&units).into_iter().partition(|term| term.kind == Kind::Word);
    let also = |word: &Term| {
        let at = word.units.start;
        // Parts of a number with spaces are no numbers that were asked for, nor are letters of a run words.
        let is_whole = !units[at].is_number() && !units[at].is_run();
        let wider = others.iter().filter(|term| term.units.contains(&at) && (term.units.len() > 1 || is_whole));
        wider.filter(|term| term.text != word.text).cloned().collect()
    };
    let name_at = |at: usize| names.iter().find(|name| name.units.contains(&at));
    let asked = words.iter().filter_map(|word| match name_at(word.units.start) {
        None => Some(Asked { also: also(word), word: word.clone() }),
        // Its pieces say nothing by themselves: the name is one word.
        Some(name) if name.units.start == word.units.start => {
            let whole = others.iter().find(|term| term.kind == Kind::Compound && term.units == name.units && term.text == name.text);
            Some(Asked { also: Vec::new(), word: whole?.clone() })
        }
        Some(_) => None,
    });
    asked.collect()
}
