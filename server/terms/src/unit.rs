//! A text cut into units: words, numbers, runs of letters without spaces; and how each stands to the one before it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::MAX_CHARS;
use crate::fold::{fold, respelled};
use crate::normal::{Char, is_unspaced, normalized};
use crate::number;

/// What lies between a unit and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Nothing, or one sign that binds: "Wi-Fi", "Node.js", "C++17".
    Tight,
    /// A space or some signs.
    Space,
    /// A sentence ends, or the text begins.
    Break,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Word,
    Number,
    /// Letters of a script without spaces, each with its place: text, start, end.
    Run(Vec<(String, usize, usize)>),
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// In lower case, with accents; a number's value. Empty for a run.
    pub written: String,
    /// The same folded.
    pub folded: String,
    /// What it is also found by.
    pub also: Vec<String>,
    /// Its bytes.
    pub start: usize,
    pub end: usize,
    pub gap: Gap,
    /// The one sign that binds it to the unit before it.
    pub bond: Option<char>,
    /// A number's digits as they are written, if nothing but spaces stands between them.
    pub digits: String,
    /// It is two capital letters or more, in a text that isn't all capitals.
    pub capitals: bool,
    pub shape: Shape,
}

impl Unit {
    pub fn is_number(&self) -> bool {
        self.shape == Shape::Number
    }

    pub fn is_run(&self) -> bool {
        matches!(self.shape, Shape::Run(_))
    }

    /// Whether it is one letter of an alphabet.
    pub fn is_letter(&self) -> bool {
        self.shape == Shape::Word && self.folded.chars().all(char::is_alphabetic) && self.folded.chars().count() == 1
    }
}

/// The units of a text, in order.
pub(crate) fn units(text: &str) -> Vec<Unit> {
    let chars = normalized(text);
    let has_small_letters = chars.iter().any(|char| char.c.is_lowercase());
    let mut cutter = Cutter { chars: &chars, at: 0, behind: None, has_small_letters, units: Vec::new() };
    while cutter.at < chars.len() {
        cutter.step();
    }
    cutter.units
}

struct Cutter<'a> {
    chars: &'a [Char],
    at: usize,
    /// One past the last unit's last character; none before the first.
    behind: Option<usize>,
    has_small_letters: bool,
    units: Vec<Unit>,
}

/// A unit that is being made: `from` and `to` are characters.
struct Draft {
    from: usize,
    to: usize,
    written: String,
    also: Vec<String>,
    shape: Shape,
}

impl Cutter<'_> {
    fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|char| char.c)
    }

    fn is_letter(&self, at: usize) -> bool {
        self.char(at).is_some_and(|c| c.is_alphanumeric() && !c.is_ascii_digit() && !is_unspaced(c))
    }

    fn is_word(&self, at: usize) -> bool {
        self.char(at).is_some_and(|c| (c.is_alphanumeric() && !is_unspaced(c)) || is_combining_mark(c))
    }

    fn step(&mut self) {
        let Some(c) = self.char(self.at) else { return };
        if is_unspaced(c) {
            self.run();
        } else if c.is_ascii_digit() {
            self.number();
        } else if matches!(c, '%' | '٪') && self.is_behind_a_number() {
            let (from, to) = (self.at, self.at + 1);
            self.push(Draft { from, to, written: "percent".to_owned(), also: Vec::new(), shape: Shape::Word });
        } else if c.is_alphanumeric() {
            self.word(self.at, self.at);
        } else if c == '.' && self.is_letter(self.at + 1) && !self.is_behind_a_word() {
            self.word(self.at, self.at + 1);
        } else {
            self.at += 1;
        }
    }

    fn is_behind_a_word(&self) -> bool {
        self.at
            .checked_sub(1)
            .and_then(|before| self.char(before))
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | ')' | '+' | '#'))
    }

    /// "15%" and "15 %".
    fn is_behind_a_number(&self) -> bool {
        let between = &self.chars[self.behind.unwrap_or(self.at)..self.at];
        self.units.last().is_some_and(Unit::is_number) && matches!(between, [] | [Char { c: ' ', .. }])
    }

    /// Letters of a script without spaces; marks go with their letter.
    fn run(&mut self) {
        let from = self.at;
        let mut letters: Vec<(String, usize, usize)> = Vec::new();
        while let Some(Char { c, start, end }) = self.chars.get(self.at).copied() {
            if is_unspaced(c) {
                letters.push((c.to_lowercase().collect(), start, end));
            } else if is_combining_mark(c)
                && let Some(last) = letters.last_mut()
            {
                last.0.push(c);
                last.2 = end;
            } else {
                break;
            }
            self.at += 1;
        }
        for letter in &mut letters {
            letter.0 = fold(&letter.0);
        }
        letters.retain(|(letter, ..)| !letter.is_empty());
        if !letters.is_empty() {
            let to = self.at;
            self.push(Draft { from, to, written: String::new(), also: Vec::new(), shape: Shape::Run(letters) });
        }
    }

    fn number(&mut self) {
        let from = self.at;
        let number = number::written(self.chars, from);
        let mut to = number.end;
        while self.is_letter(to) || (to > number.end && self.is_word(to)) {
            to += 1;
        }
        let letters: String = self.lower(number.end, to);
        if letters.is_empty() {
            let (written, also) = (number.value, number.parts);
            self.push(Draft { from, to, written, also, shape: Shape::Number });
        } else if let Some(zeros) = number::magnitude(&letters).filter(|_| letters.len() <= 3) {
            // "50k"
            let also = vec![number::shifted(&number.value, zeros)];
            self.push(Draft { from, to, written: format!("{}{letters}", number.value), also, shape: Shape::Word });
        } else if number.plain {
            // "10GB", "4th", "2FA"
            let also = if number.value.len() > 1 { vec![number.value.clone()] } else { Vec::new() };
            self.push(Draft { from, to, written: format!("{}{letters}", number.value), also, shape: Shape::Word });
        } else {
            let to = number.end;
            self.push(Draft { from, to, written: number.value, also: number.parts, shape: Shape::Number });
        }
    }

    /// A word whose letters begin at `first`; a dot may stand before it.
    fn word(&mut self, from: usize, first: usize) {
        let run = |at: usize| (at..).take_while(|at| self.is_word(*at)).count();
        let mut to = first + run(first);
        let mut written = self.lower(first, to);
        let mut also = Vec::new();
        if self.char(to).is_some_and(is_apostrophe) && self.is_letter(to + 1) {
            let after = run(to + 1);
            let behind = self.lower(to + 1, to + 1 + after);
            if behind == "s" {
                also.push(format!("{written}s"));
                to += 1 + after;
            } else if after < 2 || !is_elided(&fold(&written)) {
                // "doesn't" is one word without its apostrophe.
                written.push_str(&behind);
                to += 1 + after;
            }
        }
        self.finish(from, first, to, written, also);
    }

    /// Signs behind a word and the dot before it.
    fn finish(&mut self, from: usize, first: usize, end: usize, mut written: String, mut also: Vec<String>) {
        let mut to = end;
        let next = |offset: usize| self.char(end + offset);
        let is_alphanumeric = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let sign = match next(0) {
            Some('#' | '♯') if !is_alphanumeric(next(1)) && next(1) != Some('#') => Some(("♯", 1)),
            Some('+') if next(1) == Some('+') && next(2) != Some('+') => Some(("⊕⊕", 2)),
            Some('+') if next(1) != Some('+') && !is_alphanumeric(next(1)) => Some(("⊕", 1)),
            _ => None,
        };
        if let Some((sign, length)) = sign {
            let named = format!("{written}{sign}");
            to += length;
            // Of one letter the sign is the better half of the name.
            if written.chars().filter(|c| !is_combining_mark(*c)).count() == 1 { written = named } else { also.push(named) }
        }
        // "net" and ".NET" are two things; of a file's ending the dot is none.
        let is_dotted = from < first || self.behind.is_some_and(|behind| behind + 1 == first && self.char(behind) == Some('.'));
        if is_dotted && written == "net" {
            if from < first { written = "·net".to_owned() } else { also.push("·net".to_owned()) }
        } else if from < first {
            also.push(format!("·{written}"));
        }
        self.push(Draft { from, to, written, also, shape: Shape::Word });
    }

    /// Whether the last two units are letters with a sign between them.
    fn is_spelled_with_points(&self) -> bool {
        matches!(self.units.as_slice(), [.., first, last] if first.is_letter() && last.is_letter() && last.gap == Gap::Tight)
    }

    fn lower(&self, from: usize, to: usize) -> String {
        let lower = self.chars[from.min(to)..to].iter().flat_map(|char| char.c.to_lowercase());
        // "İ" brings a mark along.
        lower.nfc().collect()
    }

    fn push(&mut self, draft: Draft) {
        let Draft { from, to, written, mut also, shape } = draft;
        self.at = to.max(self.at);
        let between = &self.chars[self.behind.unwrap_or(from).min(from)..from];
        let is_letter = shape == Shape::Word && to == from + 1;
        let is_behind_a_letter = self.units.last().is_some_and(Unit::is_letter);
        let (gap, bond) = match (self.behind, between) {
            (None, _) => (Gap::Break, None),
            // The last point of "S.O.C. 2" ends no sentence, nor does the first of "U. S.".
            (_, [Char { c: '.', .. }, Char { c: ' ', .. }]) if self.is_spelled_with_points() || (is_letter && is_behind_a_letter) => {
                (Gap::Space, None)
            }
            // "R & D", but not "Smith & Sons".
            (_, [Char { c: ' ', .. }, Char { c: '&', .. }, Char { c: ' ', .. }]) if is_letter || is_behind_a_letter => {
                (Gap::Tight, Some('&'))
            }
            (_, between) => {
                let gap = gap(between);
                (gap, between.first().filter(|_| gap == Gap::Tight).map(|char| char.c))
            }
        };
        let digits = match &shape {
            Shape::Number if self.chars[from..to].iter().all(|char| char.c.is_ascii_digit() || char.c == ' ') => {
                self.chars[from..to].iter().map(|char| char.c).filter(char::is_ascii_digit).collect()
            }
            _ => String::new(),
        };
        let capitals = self.has_small_letters
            && to > from + 1
            && self.chars[from..to].iter().all(|char| char.c.is_uppercase() || is_combining_mark(char.c));
        let written: String = written.chars().take(MAX_CHARS).collect();
        let folded = fold(&written);
        if folded.is_empty() && !matches!(shape, Shape::Run(_)) {
            return;
        }
        also.extend(respelled(&written));
        if digits.len() > 6 && digits.starts_with('0') {
            // A telephone number: its country's code stands in the place of the zeros.
            also.push(digits.trim_start_matches('0').to_owned());
        }
        also.extend(signed(&folded).map(str::to_owned));
        also.iter_mut().for_each(|term| *term = fold(term).chars().take(MAX_CHARS).collect());
        also.retain(|term| *term != folded && !term.is_empty());
        let (start, end) = (self.chars[from].start, self.chars[to - 1].end);
        self.behind = Some(to);
        self.units.push(Unit { written, folded, also, start, end, gap, bond, digits, capitals, shape });
    }
}

/// Names with signs that are written as one word; and the "and" of "rock 'n' roll".
fn signed(word: &str) -> Option<&'static str> {
    Some(match word {
        "dotnet" => "·net",
        "csharp" => "c♯",
        "fsharp" => "f♯",
        "n" => "and",
        "pct" => "percent",
        _ => return None,
    })
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`')
}

/// Words that lose their vowel before another one in French and Italian: what stands behind is a word of its own.
fn is_elided(word: &str) -> bool {
    matches!(
        word,
        "l" | "d"
            | "j"
            | "m"
            | "t"
            | "s"
            | "c"
            | "n"
            | "qu"
            | "un"
            | "all"
            | "dall"
            | "dell"
            | "nell"
            | "sull"
            | "quell"
            | "jusqu"
            | "lorsqu"
            | "puisqu"
    )
}

fn gap(between: &[Char]) -> Gap {
    let is_stop = |c: char| matches!(c, '.' | '!' | '?' | '…' | '|' | '。' | '؟' | '।' | '․');
    let binds = |c: char| matches!(c, '-' | '‐' | '–' | '−' | '.' | '/' | '&' | '_' | '@' | ':' | '·' | '\\') || is_apostrophe(c);
    match between {
        [] => Gap::Tight,
        [Char { c, .. }] if binds(*c) => Gap::Tight,
        // A word that was cut at the end of its line.
        [Char { c: '-' | '‐', .. }, Char { c: '\n', .. }] => Gap::Tight,
        _ if between.iter().any(|char| is_stop(char.c)) => Gap::Break,
        _ if between.iter().filter(|char| char.c == '\n').count() > 1 => Gap::Break,
        _ => Gap::Space,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        units(text).into_iter().map(|unit| if unit.is_run() { text[unit.start..unit.end].to_owned() } else { unit.folded }).collect()
    }

    #[test]
    fn words_are_cut_where_they_end() {
        for (text, words) in [
            ("The customer's data", &["the", "customer", "data"][..]),
            ("doesn't O'Brien", &["doesnt", "obrien"]),
            ("l'offre dell’azienda", &["l", "offre", "dell", "azienda"]),
            ("Wi-Fi, SOC 2.", &["wi", "fi", "soc", "2"]),
            ("C# C++ C, F#. (.NET) ASP.NET", &["c♯", "c⊕⊕", "c", "f♯", "·net", "asp", "net"]),
            ("C++17 C/C++ notepad++ A+", &["c⊕⊕", "17", "c", "c⊕⊕", "notepad", "a⊕"]),
            ("#1 # hash a+b 1+1", &["1", "hash", "a", "b", "1", "1"]),
            ("$1,200 50k 10GB 4th", &["1200", "50k", "10gb", "4th"]),
            ("見積もりを3月 AI検索", &["見積もりを", "3", "月", "ai", "検索"]),
            ("Straße ŁÓDŹ", &["strasse", "lodz"]),
            ("naïve_case", &["naive", "case"]),
            ("...", &[]),
            ("'s 's", &["s", "s"]),
        ] {
            assert_eq!(cut(text), words, "{text}");
        }
    }

    #[test]
    fn what_lies_between_is_told() {
        let gaps: Vec<Gap> = units("Wi-Fi is free. Ask on-\nboarding, please").into_iter().map(|unit| unit.gap).collect();
        use Gap::{Break, Space, Tight};
        assert_eq!(gaps, [Break, Tight, Space, Space, Break, Space, Tight, Space]);
    }

    #[test]
    fn it_is_also_found_by_other_spellings() {
        let also = |text: &str| units(text).remove(0).also;
        assert_eq!(also("50k"), ["50000"]);
        assert_eq!(also("1.5M"), ["1500000"]);
        assert_eq!(also("50 000"), ["50", "000"]);
        assert_eq!(also("Müller"), ["mueller"]);
        assert_eq!(also("Wendy's"), ["wendys"]);
        assert_eq!(also("notepad++"), ["notepad⊕⊕"]);
    }
}
