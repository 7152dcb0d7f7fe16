//! How firmly each word of a question stands in it, by its place: what is asked and of what has to be said by an answer; how somebody puts it,
//! or why, has not.
//!
//! No parser: words of closed classes tell where a noun with what goes before it begins and ends, and that is enough for questions as
//! people say them. What can't be told is loose.

use std::ops::Range;

use super::closed::{Closed, WordClass};

/// How firmly a word stands in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// What is asked, or of what: an answer has it, in whatever words.
    Firm,
    /// A verb that tells what is asked ("How long do you *keep* it?"): firm if the documents have it.
    Telling,
    /// Another verb: firm where one asks whether, or who.
    Verb,
    /// An answer may have it.
    Loose,
}

/// A word of a question.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its bytes.
    pub range: Range<usize>,
    pub standing: Standing,
    /// Whether the one before it is of the same noun: "touring" before "bikes".
    pub follows: bool,
    /// Whether it stands behind "of", "for", "in".
    pub is_related: bool,
    /// Whether it is the asker's own, "our IT": no name of the documents.
    pub is_mine: bool,
    /// Whether it stands right behind what asks: "which port", "how many people".
    pub is_asked: bool,
}

/// A question, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// The words that mean something, in order.
    pub parts: Vec<Part>,
    /// Words that mean nothing by themselves, verbs not among them.
    pub closed: Vec<Range<usize>>,
    /// Whether it can be answered by yes or no.
    pub is_yes_or_no: bool,
    /// Whether it asks for a person who does something.
    pub is_who: bool,
}

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// At the beginning of a sentence or behind a comma.
    Start,
    /// Behind a word after which a noun begins, which has this standing.
    Opened(Standing),
    /// Within a noun.
    Noun(Standing),
    /// Behind "is", "does", "can".
    Auxiliary,
    /// Behind "how".
    How,
    Pronoun,
    Verb,
    To,
    Elsewhere,
}

struct Token {
    range: Range<usize>,
    lower: String,
    is_capital: bool,
    class: Option<WordClass>,
    /// Whether a sentence or a part of it ends before it.
    breaks: bool,
}

struct Reader {
    reading: Reading,
    at: At,
    is_condition: bool,
    /// "how", "when": of what stands behind the verb.
    is_how: bool,
    /// "does", "can": a verb comes.
    awaits_verb: bool,
    is_related: bool,
    is_mine: bool,
    is_asked: bool,
}

/// Reads a question.
pub(super) fn read(question: &str) -> Reading {
    let tokens = tokens(question);
    let mut reader = Reader {
        reading: Reading::default(),
        at: At::Start,
        is_condition: false,
        is_how: false,
        awaits_verb: false,
        is_related: false,
        is_mine: false,
        is_asked: false,
    };
    let asks = |token: &Token| matches!(token.class, Some(WordClass::Asks | WordClass::AsksHow));
    let asking = asking(&tokens);
    let begins = |(at, token): (usize, &Token)| token.class == Some(WordClass::Auxiliary) && (at == 0 || token.breaks);
    reader.reading.is_yes_or_no = !tokens.iter().any(asks) && tokens.iter().enumerate().any(begins);
    reader.reading.is_who = tokens.iter().any(|token| token.lower.starts_with("who") && token.lower != "whole" && asks(token));
    for (at, token) in tokens.iter().enumerate() {
        reader.step(token, tokens.get(at + 1));
    }
    reader.end_noun();
    // "We've only got thirty people, is there a smallest size?": what leads up to the question is not asked.
    let is_asked = |part: &Part| asking.iter().any(|range| range.contains(&part.range.start));
    let mut reading = reader.reading;
    for part in reading.parts.iter_mut().filter(|part| !is_asked(part)) {
        part.standing = Standing::Loose;
    }
    reading
}

/// The bytes of the parts of a sentence that ask, or that say of what: "With Premium, how fast is it?". All of what asks nowhere.
fn asking(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut clauses: Vec<&[Token]> = Vec::new();
    let mut from = 0;
    for at in 1..=tokens.len() {
        if tokens.get(at).is_none_or(|token| token.breaks) {
            clauses.push(&tokens[from..at]);
            from = at;
        }
    }
    let class = |token: Option<&Token>| token.and_then(|token| token.class);
    let asks = |clause: &&[Token]| {
        let first = if class(clause.first()) == Some(WordClass::And) { 1 } else { 0 };
        class(clause.get(first)) == Some(WordClass::Auxiliary)
            || clause.iter().any(|token| matches!(token.class, Some(WordClass::Asks | WordClass::AsksHow)))
    };
    let leads = |clause: &&[Token]| matches!(class(clause.first()), Some(WordClass::Relation | WordClass::Manner));
    let bytes = |clause: &[Token]| Some(clause.first()?.range.start..clause.last()?.range.end);
    let any = clauses.iter().any(asks);
    clauses.into_iter().filter(|clause| !any || asks(clause) || leads(clause)).filter_map(bytes).collect()
}

impl Reader {
    fn step(&mut self, token: &Token, next: Option<&Token>) {
        if token.breaks {
            self.end_noun();
            self.at = At::Start;
            self.is_condition = false;
            self.is_related = false;
            self.is_mine = false;
        }
        let Some(class) = token.class else { return self.open_word(token) };
        self.is_asked = false;
        if !matches!(class, WordClass::Verb | WordClass::Telling) {
            self.reading.closed.push(token.range.clone());
        }
        match class {
            WordClass::Article => self.open(self.noun_standing()),
            WordClass::Mine => {
                self.open(Standing::Loose);
                self.is_mine = true;
            }
            WordClass::Relation => {
                self.end_noun();
                self.at = At::Opened(self.standing(Standing::Firm));
                self.is_related = true;
            }
            WordClass::Manner => {
                self.end_noun();
                self.at = At::Opened(Standing::Loose);
                self.is_related = true;
            }
            WordClass::To => {
                self.end_noun();
                self.at = At::To;
                self.is_related = true;
            }
            WordClass::Pronoun => {
                self.end_noun();
                self.at = At::Pronoun;
            }
            WordClass::Auxiliary => {
                self.end_noun();
                self.awaits_verb = !matches!(token.lower.as_str(), "is" | "are" | "was" | "were" | "ist" | "sind" | "war");
                self.at = At::Auxiliary;
                self.is_related = false;
                self.is_mine = false;
            }
            WordClass::Asks => {
                self.end_noun();
                self.is_condition = false;
                self.is_how = false;
                self.at = At::Opened(Standing::Firm);
                self.is_related = false;
                self.is_mine = false;
                self.is_asked = true;
                // "What does it": there "what" is all that is asked.
                if next.is_some_and(|next| next.class.is_some()) {
                    self.at = At::Elsewhere;
                }
            }
            WordClass::AsksHow => {
                // "when" within a sentence tells a case.
                self.is_condition = !matches!(self.at, At::Start | At::Elsewhere | At::How) && token.lower == "when";
                self.end_noun();
                let is_who = token.lower.starts_with("who");
                self.is_how = !is_who;
                // "Who built it": what somebody does.
                self.at = match token.lower.as_str() {
                    _ if is_who => At::Pronoun,
                    "how" | "wie" => At::How,
                    _ => At::Elsewhere,
                };
            }
            WordClass::Condition => {
                self.end_noun();
                self.is_condition = true;
                self.at = At::Start;
            }
            // What it joins is joined to the same.
            WordClass::And => {
                if let At::Noun(standing) = self.at {
                    self.at = At::Opened(standing);
                }
            }
            // "for paying": what for.
            WordClass::Verb | WordClass::Telling
                if matches!(self.at, At::Opened(_)) && !(self.is_related && token.lower.ends_with("ing")) =>
            {
                self.open_word(token);
            }
            WordClass::Verb | WordClass::Telling => {
                self.awaits_verb = false;
                self.end_noun();
                self.is_related = false;
                self.at = At::Verb;
                self.push(token, if class == WordClass::Telling { self.standing(Standing::Telling) } else { Standing::Loose }, false);
            }
        }
    }

    /// A word that means something.
    fn open_word(&mut self, token: &Token) {
        let (standing, now) = match self.at {
            At::Opened(standing) | At::Noun(standing) => (standing, At::Noun(standing)),
            At::Start | At::Auxiliary => (self.standing(Standing::Firm), At::Noun(self.standing(Standing::Firm))),
            At::Pronoun | At::To => {
                self.awaits_verb = false;
                if self.at == At::To && token.is_capital {
                    (self.standing(Standing::Firm), At::Noun(self.standing(Standing::Firm)))
                } else {
                    (self.standing(Standing::Verb), At::Verb)
                }
            }
            At::Verb => {
                let standing = if self.is_how { Standing::Loose } else { self.standing(Standing::Firm) };
                (standing, At::Noun(standing))
            }
            // "How old": what is asked.
            At::How => (self.standing(Standing::Firm), At::Elsewhere),
            At::Elsewhere => (Standing::Loose, At::Elsewhere),
        };
        let follows = matches!(self.at, At::Noun(_));
        self.push(token, standing, follows);
        self.at = now;
    }

    /// How firm what an article begins is.
    fn noun_standing(&self) -> Standing {
        if let At::Opened(standing) = self.at { standing } else { self.standing(Standing::Firm) }
    }

    fn standing(&self, standing: Standing) -> Standing {
        if self.is_condition { Standing::Loose } else { standing }
    }

    fn open(&mut self, standing: Standing) {
        self.end_noun();
        if !matches!(self.at, At::Opened(_)) {
            self.is_related &= self.at == At::To;
        }
        self.is_mine = false;
        self.at = At::Opened(standing);
    }

    /// A noun is over. "does the boat float": the last word of what began behind "does" is its verb, if no other one came.
    fn end_noun(&mut self) {
        if matches!(self.at, At::Noun(_)) {
            if self.awaits_verb
                && let Some(last) = self.reading.parts.last_mut().filter(|last| last.follows)
            {
                last.standing = if last.standing == Standing::Firm { Standing::Verb } else { Standing::Loose };
                last.follows = false;
                self.awaits_verb = false;
            }
            self.at = At::Elsewhere;
            self.is_related = false;
            self.is_mine = false;
        }
    }

    fn push(&mut self, token: &Token, standing: Standing, follows: bool) {
        let Self { is_related, is_mine, is_asked, .. } = *self;
        self.reading.parts.push(Part { range: token.range.clone(), standing, follows, is_related, is_mine, is_asked });
    }
}

/// The words of a question with what lies before each; hyphens and apostrophes join.
fn tokens(question: &str) -> Vec<Token> {
    let joins = |c: char| matches!(c, '-' | '\'' | '’' | '.' | '‐');
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut chars = question.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if !c.is_alphanumeric() {
            continue;
        }
        let mut end = start + c.len_utf8();
        while let Some((at, c)) = chars.peek().copied() {
            let goes_on = c.is_alphanumeric()
                || !c.is_ascii() && unicode_normalization::char::is_combining_mark(c)
                || (joins(c) && question[at + c.len_utf8()..].starts_with(char::is_alphanumeric));
            if !goes_on {
                break;
            }
            end = at + c.len_utf8();
            chars.next();
        }
        ranges.push(start..end);
    }
    let lower: Vec<String> = ranges.iter().map(|range| question[range.clone()].to_lowercase()).collect();
    let closed = Closed::of(&lower);
    let mut end = 0;
    let read = ranges.into_iter().zip(lower).map(|(range, lower)| {
        let between = &question[end..range.start];
        // The dot of ".org" ends nothing.
        let breaks = between.contains([',', ';', ':', '!', '?', '–', '—', '(']) || between.contains(". ");
        end = range.end;
        let is_capital = question[range.clone()].starts_with(char::is_uppercase);
        Token { class: closed.class(&lower), range, lower, is_capital, breaks }
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The firm words of a question, and in brackets the verbs.
    fn firm(question: &str) -> String {
        let parts = read(question).parts;
        let word = |part: &Part| match part.standing {
            Standing::Firm => Some(question[part.range.clone()].to_owned()),
            Standing::Verb | Standing::Telling => Some(format!("({})", &question[part.range.clone()])),
            Standing::Loose => None,
        };
        parts.iter().filter_map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_asked_and_of_what_is_firm() {
        for (question, words) in [
            ("What is the notice period of the Basalt plan?", "notice period Basalt plan"),
            ("Which insurance has the kayak?", "insurance kayak"),
            ("How many lockers come with the Attic membership?", "lockers Attic membership"),
            ("What does delivery to Denmark cost?", "delivery Denmark"),
            ("How much does a tandem bike cost?", "tandem bike"),
            ("How long do you keep my data?", "long (keep)"),
            ("How old must members be?", "old members"),
            ("What is the table made of?", "table made"),
            ("How long does the boat float?", "long boat (float)"),
            ("Is breakfast included?", "breakfast"),
            ("Do you sell gift vouchers?", "gift vouchers"),
            ("If the network drops out, how fast is support?", "fast support"),
            ("Does our IT have to open a port?", "(open) port"),
            ("price of Depot?", "price Depot"),
            ("What would they pay for a whole year of Fleet if they settle it up front?", "whole year Fleet"),
            ("Was kostet die Zehnerkarte für Kinder?", "Zehnerkarte Kinder"),
            ("How heavy can a parcel be?", "heavy parcel"),
        ] {
            assert_eq!(firm(question), words, "{question}");
        }
        assert!(read("Is breakfast included?").is_yes_or_no && !read("price of Depot?").is_yes_or_no);
        assert!(read("Who built it?").is_who && !read("What would it be?").is_who);
    }
}
