//! Every term of a text.

use std::ops::Range;

use crate::MAX_CHARS;
use crate::name::{apart_letters, names};
use crate::spoken;
use crate::stop::is_stop;
use crate::unit::{Gap, Shape, Unit, units};

/// How a term stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A word as it is written, one after the other: what a text is counted by. Where words have no spaces between them, a pair of letters.
    Word,
    /// Another spelling of one or several words, which it surely stands for: `wifi` for "Wi-Fi", `soc2` for "SOC 2", `50000` for "50k".
    Compound,
    /// Two words side by side, as if they were one: `followup` for "follow up". Where words have no spaces between them, three letters.
    Loose,
}

/// A term and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What is compared: folded, at most [`MAX_CHARS`] characters.
    pub text: String,
    /// The same in lower case with accents, from which a stem may be made. Empty for what has no stem: numbers, and letters without spaces.
    pub written: String,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// How it stands there.
    pub kind: Kind,
    /// The units of the text that it stands for.
    pub(crate) units: Range<usize>,
}

/// The terms of a text: its words in order, then its compounds.
pub fn cut(text: &str) -> Vec<Term> {
    terms(&units(text))
}

/// The terms of a text's units.
pub(crate) fn terms(units: &[Unit]) -> Vec<Term> {
    let mut made = Maker { units, terms: Vec::with_capacity(units.len() * 2) };
    made.words();
    made.others();
    made.pairs();
    made.tight_runs();
    made.numbers();
    let others = [spoken::signs, spoken::ordinals, spoken::halves, spoken::digits, spoken::side_by_side];
    for (range, name) in others.into_iter().flat_map(|others| others(units)) {
        made.push(name, String::new(), Kind::Compound, range);
    }
    for name in names(units) {
        made.push(name.text, name.written, Kind::Compound, name.units);
    }
    made.shouted();
    made.neighbours();
    made.terms
}

struct Maker<'a> {
    units: &'a [Unit],
    terms: Vec<Term>,
}

impl Maker<'_> {
    fn push(&mut self, text: String, written: String, kind: Kind, units: Range<usize>) {
        let range = self.units[units.start].start..self.units[units.end - 1].end;
        self.push_at(text, written, kind, units, range);
    }

    fn push_at(&mut self, text: String, written: String, kind: Kind, units: Range<usize>, range: Range<usize>) {
        // No character has more than four bytes.
        let (text, written) = if text.len() > MAX_CHARS { (shortened(&text), shortened(&written)) } else { (text, written) };
        self.terms.push(Term { text, written, range, kind, units });
    }

    fn words(&mut self) {
        for (at, unit) in self.units.iter().enumerate() {
            match &unit.shape {
                Shape::Word => self.push(unit.folded.clone(), unit.written.clone(), Kind::Word, at..at + 1),
                Shape::Number => self.push(unit.folded.clone(), String::new(), Kind::Word, at..at + 1),
                Shape::Run(letters) => {
                    for stretch in letters.windows(2.min(letters.len())) {
                        self.letters(stretch, Kind::Word, at);
                    }
                }
            }
        }
    }

    fn letters(&mut self, stretch: &[(String, usize, usize)], kind: Kind, at: usize) {
        let (Some((_, start, _)), Some((.., end))) = (stretch.first(), stretch.last()) else { return };
        let text = stretch.iter().map(|(letter, ..)| letter.as_str()).collect();
        self.push_at(text, String::new(), kind, at..at + 1, *start..*end);
    }

    /// Other spellings of one unit.
    fn others(&mut self) {
        for (at, unit) in self.units.iter().enumerate() {
            for also in &unit.also {
                self.push(also.clone(), also.clone(), Kind::Compound, at..at + 1);
            }
            if let Shape::Run(letters) = &unit.shape {
                for stretch in letters.windows(3) {
                    self.letters(stretch, Kind::Loose, at);
                }
                // A search for one letter looks for what begins with it: no pair begins with the last one.
                if letters.len() > 1 {
                    self.letters(&letters[letters.len() - 1..], Kind::Compound, at);
                }
            }
        }
    }

    fn pairs(&mut self) {
        for at in 1..self.units.len() {
            let (first, second) = (&self.units[at - 1], &self.units[at]);
            if second.gap == Gap::Break || first.is_run() || second.is_run() || (first.is_number() && second.is_number()) {
                continue;
            }
            let binds = second.gap == Gap::Tight
                || (second.is_number() && first.folded.len() <= 10)
                || (first.is_number() && (second.folded.len() <= 3 || second.folded == "percent"));
            self.join(at - 1..at + 1, if binds { Kind::Compound } else { Kind::Loose });
        }
    }

    /// These units as one word.
    fn join(&mut self, units: Range<usize>, kind: Kind) {
        let (mut text, mut written) = (String::new(), String::new());
        for unit in &self.units[units.clone()] {
            text.push_str(&unit.folded);
            written.push_str(&unit.written);
        }
        self.push(text, written, kind, units);
    }

    /// Three or four words with nothing but a sign between them ("face-to-face"), and letters that are spelled ("S O C", "U.S.A.").
    fn tight_runs(&mut self) {
        let mut at = 0;
        while at < self.units.len() {
            let goes_on = |from: usize, tight: bool| {
                let next = |unit: &&Unit| {
                    if tight { unit.gap == Gap::Tight && !unit.is_run() } else { unit.gap != Gap::Break && unit.is_letter() }
                };
                from + 1 + self.units[from + 1..].iter().take_while(next).count()
            };
            let tight = if self.units[at].is_run() { at + 1 } else { goes_on(at, true) };
            let spelled = if self.units[at].is_letter() { goes_on(at, false) } else { at + 1 };
            if (at + 3..=at + 4).contains(&tight) && !self.units[at..tight].iter().all(Unit::is_number) {
                self.join(at..tight, Kind::Compound);
            }
            if (at + 2..=at + 8).contains(&spelled) && spelled != tight {
                self.join(at..spelled, Kind::Compound);
            }
            // "SOC two" and "S O C 2".
            if spelled > at + 1 && self.units.get(spelled).is_some_and(|unit| unit.is_number() && unit.gap != Gap::Break) {
                self.join(at..spelled + 1, Kind::Compound);
            }
            at = tight.max(spelled);
        }
    }

    /// "US" in capitals is told apart from "us", as "U.S." is; and the "am" of "9 am" from that of "I am".
    fn shouted(&mut self) {
        for (at, unit) in self.units.iter().enumerate() {
            let is_time = || unit.folded == "am" && unit.gap != Gap::Break && at > 0 && spoken::is_number(&self.units[at - 1]);
            if is_stop(&unit.folded) && (unit.capitals || is_time()) {
                self.push(apart_letters(&unit.folded), String::new(), Kind::Compound, at..at + 1);
            }
        }
    }

    /// Compounds beside the words before and behind them, as any two words are ("wifi password" for "Wi-Fi password").
    fn neighbours(&mut self) {
        let is_compound = |term: &&Term| term.kind == Kind::Compound && !self.units[term.units.start].is_run();
        let compounds: Vec<(String, Range<usize>)> =
            self.terms.iter().filter(is_compound).map(|term| (term.text.clone(), term.units.clone())).collect();
        for (text, units) in compounds {
            if let Some(next) = self.units.get(units.end).filter(|next| next.gap != Gap::Break && !next.is_run()) {
                self.push(format!("{text}{}", next.folded), String::new(), Kind::Loose, units.start..units.end + 1);
            }
            let before = units.start.checked_sub(1).map(|at| &self.units[at]).filter(|before| !before.is_run());
            if let Some(before) = before.filter(|_| self.units[units.start].gap != Gap::Break) {
                self.push(format!("{}{text}", before.folded), String::new(), Kind::Loose, units.start - 1..units.end);
            }
        }
    }

    /// Numbers of several words, and what they are a part of ("SOC two", "five GB").
    fn numbers(&mut self) {
        for (range, value) in spoken::numbers(self.units) {
            if let Some(first) = range.start.checked_sub(1).filter(|_| self.units[range.start].gap != Gap::Break) {
                // The letters of a name that is spelled, or one word.
                let mut before = first;
                while before > 0
                    && self.units[before].is_letter()
                    && self.units[before].gap != Gap::Break
                    && self.units[before - 1].is_letter()
                {
                    before -= 1;
                }
                let name = &self.units[before..range.start];
                let fits =
                    name.iter().all(|unit| unit.shape == Shape::Word) && name.iter().map(|unit| unit.folded.len()).sum::<usize>() <= 10;
                if fits {
                    let name: String = name.iter().map(|unit| unit.folded.as_str()).collect();
                    self.push(format!("{name}{value}"), String::new(), Kind::Compound, before..range.end);
                }
            }
            if let Some(next) = self.units.get(range.end)
                && next.gap != Gap::Break
                && next.shape == Shape::Word
                && next.folded.len() <= 3
            {
                let name = format!("{value}{}", next.folded);
                self.push(name, String::new(), Kind::Compound, range.start..range.end + 1);
            }
            self.push(value, String::new(), Kind::Compound, range);
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, kind: Kind) -> Vec<String> {
        cut(text).into_iter().filter(|term| term.kind == kind).map(|term| term.text).collect()
    }

    #[test]
    fn compounds_are_found_however_they_are_written() {
        for (text, compound) in [
            ("A SOC 2 report", "soc2"),
            ("SOC-2", "soc2"),
            ("SOC two", "soc2"),
            ("S O C two", "soc2"),
            ("S.O.C. 2", "soc2"),
            ("s o c 2", "soc2"),
            ("ISO 27001", "iso27001"),
            ("Wi-Fi", "wifi"),
            ("e-mail", "email"),
            ("on-boarding", "onboarding"),
            ("face-to-face", "facetoface"),
            ("Node.js", "nodejs"),
            ("AT&T", "att"),
            ("A I", "ai"),
            ("U.S.A.", "usa"),
            ("5 GB", "5gb"),
            ("two FA", "2fa"),
            ("forty nine", "49"),
            ("1.5 million", "1500000"),
            ("C sharp", "c♯"),
            ("ASP.NET", "·net"),
            ("l'offre", "loffre"),
        ] {
            let terms = found(text, Kind::Compound);
            assert!(terms.iter().any(|term| term == compound), "{text}: {terms:?}");
        }
        for (text, pair) in [("follow up", "followup"), ("on boarding", "onboarding"), ("価格です", "価格で")] {
            let terms = found(text, Kind::Loose);
            assert!(terms.iter().any(|term| term == pair), "{text}: {terms:?}");
        }
    }

    #[test]
    fn words_stay_as_they_are_counted() {
        assert_eq!(found("A SOC 2 report costs 50 000 euros.", Kind::Word), ["a", "soc", "2", "report", "costs", "50000", "euros"]);
        assert_eq!(found("東京都の料金", Kind::Word), ["東京", "京都", "都の", "の料", "料金"]);
        assert_eq!(found("税", Kind::Word), ["税"]);
        assert_eq!(found("ราคา", Kind::Word), ["รา", "าค", "คา"]);
        assert_eq!(found("follow. up", Kind::Loose), [""; 0], "another sentence");
        assert_eq!(found("15.12.2026", Kind::Compound), [""; 0], "no number");
    }

    #[test]
    fn each_has_its_place() {
        let text = "Die Wi-Fi-Kosten: 見積もり";
        let places: Vec<(&str, &str)> = Vec::new();
        let terms = cut(text);
        let place = |term: &str| terms.iter().find(|found| found.text == term).map(|found| &text[found.range.clone()]);
        assert_eq!((place("wifi"), place("kosten"), place("積も")), (Some("Wi-Fi"), Some("Kosten"), Some("積も")), "{places:?}");
    }
}
