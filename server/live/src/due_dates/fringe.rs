//! What stands around a phrase: whether it was understood whole, and whether something is due then.

use super::lexicon::{self, Unit};
use super::phrase::{DatePhrase, Reader, Sort};
use super::token::Token;

/// What stands before a phrase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lead {
    /// The first token with it.
    pub from: usize,
    /// "By", "before", "until", "no later than": a deadline.
    pub limits: bool,
    /// The preposition; empty if there is none.
    word: Preposition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Preposition {
    None,
    /// By, before, until.
    Limit,
    /// On, around.
    On,
    /// In, during, within.
    In,
    /// For, to, at, and is ("the deadline is").
    Other,
    /// From, after, since, about, not: something else than a due day.
    Against,
}

impl Reader<'_> {
    /// Whether nothing beside a phrase is a left-over part of it.
    pub fn is_whole(&self, from: usize, next: usize) -> bool {
        self.is_whole_before(from) && self.is_whole_behind(from, next)
    }

    fn is_whole_before(&self, from: usize) -> bool {
        let Some(at) = from.checked_sub(1) else { return true };
        if self.is_glued(from) && matches!(self.word(at), "." | "@" | "/" | "_" | "#") {
            return false;
        }
        let at = if self.word(at) == "the" { at.wrapping_sub(1) } else { at };
        let (word, before) = (self.word(at), self.before(at));
        let first = self.word(self.past(from, &["the"]));
        let names = lexicon::weekday(first).is_some() || lexicon::month(first).is_some() || lexicon::unit(first, false).is_some();
        let unit = |word: &str| lexicon::unit(word, false).is_some_and(|unit| !matches!(unit, Unit::Second | Unit::Minute | Unit::Hour));
        match word {
            "last" | "past" | "previous" | "every" | "each" | "alternate" | "other" | "closest" | "nearest" | "mid" | "early" | "late"
            | "half" | "fiscal" | "fy" | "financial" | "except" | "excluding" | "beginning" | "end" | "start" => false,
            "from" | "after" | "before" | "following" | "to" => {
                !unit(before) && !lexicon::is_part_of_day(before) && lexicon::weekday(before).is_none()
            }
            "of" => matches!(before, "ahead" | "as"),
            "than" => before == "later",
            _ if names
                && (lexicon::ordinal(word).is_some() || lexicon::cardinal(word).is_some() || matches!(word, "st" | "nd" | "rd" | "th")) =>
            {
                false
            }
            _ => {
                !unit(word)
                    && lexicon::weekday(word).is_none_or(|(_, short)| short)
                    && (lexicon::month(word).is_none() || lexicon::is_doubtful_month(word))
            }
        }
    }

    fn is_whole_behind(&self, from: usize, next: usize) -> bool {
        let word = self.word(next);
        let stretch = |word: &str| {
            lexicon::unit(word, false)
                .is_some_and(|unit| matches!(unit, Unit::Week | Unit::Weekend | Unit::Fortnight | Unit::Month | Unit::Quarter | Unit::Year))
        };
        // "monday.com", "friday@example.com".
        if matches!(word, "." | "@" | "/" | "_")
            && self.is_glued(next)
            && self.is_glued(next + 1)
            && self.tokens.get(next + 1).is_some_and(Token::is_word)
        {
            return false;
        }
        match word {
            "ago" | "mornings" | "afternoons" | "evenings" | "nights" => false,
            "after" if self.word(next + 1) == "next" => false,
            "before" if self.word(next + 1) == "last" => false,
            "or" if self.word(next + 1) == "next" => false,
            "before" | "after" | "following" if lexicon::weekday(self.word(next.wrapping_sub(1))).is_some() && from + 2 >= next => {
                self.base(next + 1, 1).is_none_or(|other| other.sort == Sort::Nothing)
            }
            "of" | "in" => {
                let mut at = next + 1;
                while matches!(
                    self.word(at),
                    "the" | "this" | "that" | "next" | "last" | "each" | "every" | "our" | "your" | "first" | "same" | "following"
                ) {
                    at += 1;
                }
                let month = lexicon::month(self.word(at)).is_some_and(|_| !matches!(self.word(at), "may" | "march"));
                !(stretch(self.word(at)) || month || (self.word(at) == "q" && self.is_glued(at + 1)))
            }
            _ => {
                let glued_quarter = word == "q" && self.is_glued(next + 1) && self.number(next + 1).is_some();
                !stretch(word)
                    && lexicon::weekday(word).is_none_or(|(_, short)| short)
                    && !glued_quarter
                    && (lexicon::month(word).is_none() || lexicon::is_doubtful_month(word))
            }
        }
    }
}

impl DatePhrase {
    /// What stands before it.
    pub fn lead(&self, reader: Reader<'_>) -> Lead {
        let word = |index: usize| reader.word(index);
        let mut from = self.from;
        let mut kind = Preposition::None;
        while let Some(before) = from.checked_sub(1) {
            let earlier = reader.before(before);
            let (found, first) = match word(before) {
                "by" | "before" | "until" | "till" | "til" | "due" => (Preposition::Limit, before),
                "than" if earlier == "later" => {
                    let no = before.checked_sub(2).filter(|no| matches!(word(*no), "no" | "not"));
                    (if no.is_some() { Preposition::Limit } else { Preposition::Against }, no.unwrap_or(before))
                }
                "than" | "from" | "after" | "since" | "not" | "without" | "about" => (Preposition::Against, before),
                "of" if earlier == "ahead" => (Preposition::Limit, before - 1),
                "of" if earlier == "as" => (Preposition::Against, before - 1),
                "to" if earlier == "prior" => (Preposition::Limit, before - 1),
                "on" | "around" | "round" | "between" => (Preposition::On, before),
                "in" | "during" | "within" | "over" => (Preposition::In, before),
                "for" | "to" | "at" | "is" | "through" | "with" | "(" | ":" => (Preposition::Other, before),
                "the" | "maybe" | "like" | "latest" | "say" | "probably" if kind == Preposition::None => {
                    // Only if a preposition stands before it.
                    let led = matches!(
                        earlier,
                        "by" | "before" | "until" | "till" | "on" | "in" | "during" | "for" | "at" | "to" | "from" | "after" | "not"
                    );
                    if led {
                        from = before;
                        continue;
                    }
                    break;
                }
                _ => break,
            };
            // "by about Friday": the deadline counts. "not by Friday": nothing does.
            let against = found == Preposition::Against && word(before) != "about";
            match kind {
                Preposition::None => kind = found,
                Preposition::Against if found == Preposition::Limit => kind = found,
                Preposition::On if found == Preposition::Limit => kind = found,
                _ if against => kind = found,
                _ => break,
            }
            from = first;
        }
        if kind == Preposition::None {
            from = self.from;
        }
        Lead { from, limits: kind == Preposition::Limit, word: kind }
    }

    /// Whether it names days at all: what is told by a number or a name alone does at the beginning of a text and behind a
    /// preposition, if nothing stands behind it that it could count.
    pub fn is_told(&self, reader: Reader<'_>) -> bool {
        let placed = self.from == 0 || self.lead(reader).word != Preposition::None;
        match self.sort {
            Sort::Weak | Sort::Short => placed && reader.may_end(self.next),
            Sort::Nothing => false,
            Sort::Clear | Sort::Loose | Sort::Clock => true,
        }
    }

    /// Whether it says nothing of when something is due.
    pub fn is_vague(&self, reader: Reader<'_>, lead: &Lead) -> bool {
        let led = lead.word != Preposition::None;
        let ends = reader.may_end(self.next);
        let begins_with_the = matches!(reader.before(self.from), "the" | "your" | "our" | "my" | "a") || reader.word(self.from) == "the";
        let last = reader.tokens.get(self.next.wrapping_sub(1));
        // "The notes from Friday" and "after Friday" don't say when; "from Monday to Wednesday" does.
        if lead.word == Preposition::Against && (self.first == self.last || reader.before(self.from) != "from") {
            return true;
        }
        match self.sort {
            Sort::Loose | Sort::Clock | Sort::Nothing => true,
            Sort::Weak => !ends || !self.is_clear_here(reader, lead, last),
            Sort::Short => {
                let capital = last.is_some_and(|token| token.capital && !matches!(token.text.as_str(), "sat" | "sun" | "mon"));
                !(lead.limits || lead.word == Preposition::On || lead.word == Preposition::Other || (capital && ends))
            }
            Sort::Clear => {
                let adjective = begins_with_the && !ends && self.first == self.last;
                // "Friday's notes", but not "New Year's".
                let owned = last.is_some_and(|token| token.owns) && !ends;
                ((adjective || owned) && !led) || self.is_this_call(reader) || self.is_told_of_the_past(reader, lead)
            }
        }
    }

    /// Whether what is told by a number or a name alone stands where a date stands.
    fn is_clear_here(&self, reader: Reader<'_>, lead: &Lead, last: Option<&Token>) -> bool {
        let named = reader.past(self.from, &["the"]);
        let ordinal = reader.ordinal_at(named).is_some_and(|(_, next)| next == self.next);
        if ordinal {
            let digits = reader.number(named).is_some();
            // "on the 5th and 6th floor".
            if matches!(reader.word(self.next), "and" | "or" | "to" | ",")
                && let Some((_, end)) = reader.ordinal_at(reader.past(self.next + 1, &["the"]))
                && !reader.may_end(end)
            {
                return false;
            }
            return match lead.word {
                Preposition::None => digits,
                Preposition::In | Preposition::Against => false,
                Preposition::Other => digits || reader.before(self.from) == "for",
                Preposition::Limit | Preposition::On => true,
            };
        }
        let numbers = reader.number(named).is_some() && last.is_some_and(|token| token.number().is_some() || token.text == ".");
        // "The launch is October 2027".
        let dated = lexicon::month(reader.word(named)).is_some() && last.and_then(Token::number).is_some_and(|year| year > 1900);
        match lead.word {
            Preposition::Limit => true,
            Preposition::None | Preposition::On | Preposition::Other if dated => true,
            Preposition::On | Preposition::Other => numbers || reader.before(self.from) == "between",
            Preposition::In => !numbers || self.first != self.last,
            _ => false,
        }
    }

    /// "Thank you for your time today" is about the call itself; "I'll call today" isn't.
    fn is_this_call(&self, reader: Reader<'_>) -> bool {
        let Some(at) = self.from.checked_sub(1).filter(|_| reader.word(self.from) == "today") else { return false };
        let before = reader.before(at);
        let done = before.ends_with("'ll")
            || before.ends_with("'d")
            || matches!(
                before,
                "to" | "will" | "can" | "could" | "shall" | "should" | "must" | "may" | "might" | "would" | "not" | "please"
            )
            || matches!(before, "i" | "we" | "you" | "and" | "then" | "just" | "also" | "definitely");
        match reader.word(at) {
            "call" | "conversation" => !done,
            "time" | "joining" | "talking" | "speaking" | "chatting" | "here" => true,
            "calling" => before == "for",
            _ => false,
        }
    }

    /// "As discussed on Friday", "we met Tuesday".
    fn is_told_of_the_past(&self, reader: Reader<'_>, lead: &Lead) -> bool {
        if !matches!(lead.word, Preposition::None | Preposition::On) {
            return false;
        }
        let said = if lead.word == Preposition::None { self.from } else { lead.from };
        let object = matches!(reader.before(said), "it" | "them" | "him" | "her" | "you" | "us" | "that" | "this");
        let said = if object { said.wrapping_sub(1) } else { said };
        match reader.before(said) {
            "discussed" | "mentioned" | "said" | "talked" | "spoke" | "met" | "sent" | "signed" | "called" | "wrote" | "received"
            | "told" | "asked" | "saw" | "decided" | "happened" | "emailed" | "had" => true,
            "agreed" => said.checked_sub(1).is_some_and(|at| reader.before(at) == "as") && lead.word == Preposition::On,
            // "After the meeting on Thursday" is after Thursday.
            "meeting" | "call" | "demo" | "session" | "workshop" | "review" => {
                let the = said.saturating_sub(2);
                let after = the.checked_sub(1).filter(|_| matches!(reader.word(the), "the" | "our" | "your"));
                after.is_some_and(|after| {
                    reader.word(after) == "after" && !matches!(reader.before(after), "right" | "straight" | "immediately" | "directly")
                })
            }
            _ => false,
        }
    }
}
