//! Days beside the call's: "today", "tomorrow", "first thing in the morning", "by end of business Friday".

use super::calendar::{plus, plus_business_days};
use super::lexicon::Unit;
use super::phrase::{Parsed, Reader, Sort};
use super::{lexicon, token::Token};

impl Reader<'_> {
    pub fn near(&self, at: usize, depth: u8) -> Option<Parsed> {
        let day = |days: i64, next: usize| Some(Parsed::day(plus(self.today(), days)?, next));
        if let Some(next) = self.end_of_day(at) {
            return self.with_lead(next, depth).or_else(|| day(0, next));
        }
        if let Some(next) = self.after_this_call(at) {
            return day(0, next);
        }
        let the = self.past(at, &["the"]);
        if let Some(next) = self.after(the, &["next", "business", "day"]).or_else(|| self.after(the, &["next", "working", "day"])) {
            return plus_business_days(self.today(), 1).map(|date| Parsed::day(date, next));
        }
        if let Some(next) = self.after(at, &["first", "thing"]) {
            return match self.after(next, &["in", "the", "morning"]) {
                Some(next) => day(1, next),
                None => self.with_lead(next, depth).or_else(|| {
                    let week = self.period_name(next, false).filter(|named| named.unit == Unit::Week)?;
                    Some(Parsed::day(week.stretch.first, week.next))
                }),
            };
        }
        let later = self.past(at, &["late", "later", "early", "earlier"]);
        match (self.word(later), self.word(later + 1)) {
            ("today", _) if self.word(at) == "earlier" => day(0, later + 1).map(|parsed| parsed.sorted(Sort::Loose)),
            ("today" | "tonight" | "tonite", _) => day(0, later + 1).map(|parsed| self.beside_its_weekday(parsed)),
            ("this", "morning" | "afternoon" | "evening" | "night" | "lunchtime") => day(0, later + 2),
            ("last", "night") => day(-1, later + 2),
            ("tomorrow" | "tmrw" | "tmr" | "tomorow", "week") if self.may_end(later + 2) => day(8, later + 2),
            ("tomorrow" | "tmrw" | "tmr" | "tomorow", _) => day(1, later + 1).map(|parsed| self.beside_its_weekday(parsed)),
            ("yesterday", _) => day(-1, later + 1),
            ("right", "away") => day(0, at + 2),
            ("right" | "just", "now") => day(0, at + 2).map(|parsed| parsed.sorted(Sort::Loose)),
            ("now" | "atm", _) => day(0, at + 1).map(|parsed| parsed.sorted(Sort::Loose)),
            _ => match self.after(at, &["at", "the", "moment"]) {
                Some(next) => day(0, next).map(|parsed| parsed.sorted(Sort::Loose)),
                None => self.part_of_day_before(at, depth),
            },
        }
    }

    /// "right after this call", "after our call", "as soon as we hang up": still today.
    fn after_this_call(&self, at: usize) -> Option<usize> {
        let at_once = self.past(at, &["right", "straight", "directly", "immediately", "just", "shortly"]);
        if let Some(next) = self.after(at_once, &["after"]) {
            let named = self.past(next, &["this", "the", "our"]);
            let next = match self.word(named) {
                "call" | "conversation" | "chat" | "demo" if named > next && (at_once > at || self.word(next) == "this") => named + 1,
                "session" | "meeting" if self.word(next) == "this" || (at_once > at && named > next) => named + 1,
                // "right after this".
                _ if at_once > at && self.word(next) == "this" => named,
                _ => self.hung_up(next)?,
            };
            // "right after the meeting on Friday" is about Friday.
            let on = self.past(next, &["on", "next", "this"]);
            return (self.may_end(next) && self.base(on, 2).is_none()).then_some(next);
        }
        let when = self.after(at, &["as", "soon", "as"]).or_else(|| self.after(at, &["once"])).or_else(|| self.after(at, &["when"]))?;
        self.hung_up(when)
    }

    /// "we hang up", "we are off the call", "we're done here".
    fn hung_up(&self, at: usize) -> Option<usize> {
        let who = self.past(at, &["we", "i", "we're", "i'm"]);
        let next = self.past(who, &["are", "get", "am"]);
        if who == at {
            return None;
        }
        let endings: [&[&str]; 9] = [
            &["hang", "up"],
            &["off", "the", "call"],
            &["off", "this", "call"],
            &["off", "the", "phone"],
            &["done", "here"],
            &["finish", "here"],
            &["finish", "this", "call"],
            &["finish", "the", "call"],
            &["end", "the", "call"],
        ];
        endings.iter().find_map(|words| self.after(next, words))
    }

    /// "tomorrow, Friday": one day, if tomorrow is a Friday.
    fn beside_its_weekday(&self, parsed: Parsed) -> Parsed {
        use chrono::Datelike;
        let next = self.past(parsed.next, &[","]);
        match lexicon::weekday(self.word(next)) {
            Some((weekday, false)) if weekday == parsed.first.weekday() => parsed.until(next + 1),
            _ => parsed,
        }
    }

    /// Past "EOD", "COB", "end of business", "close of play".
    pub fn end_of_day(&self, at: usize) -> Option<usize> {
        let open = self.past(at, &["the"]);
        if matches!(self.word(open), "eod" | "cob" | "eob" | "cop") {
            return Some(open + 1);
        }
        let of = self.after(open, &["end", "of"]).or_else(|| self.after(open, &["close", "of"]))?;
        let the = self.past(of, &["the", "your", "our"]);
        let kind = self.past(the, &["business", "working", "work"]);
        match self.word(kind) {
            "day" => Some(kind + 1),
            "play" | "today" if kind == the => Some(kind + 1),
            _ => (kind > the && self.before(kind) == "business").then_some(kind),
        }
    }

    /// The day that a time of day is of: "end of business on Friday", from "on" on.
    fn with_lead(&self, at: usize, depth: u8) -> Option<Parsed> {
        let comma = self.past(at, &[","]);
        let on = self.past(comma, &["on", "of", "by", "in"]);
        let day = self.base(on, depth + 1)?;
        // "by end of day, two weeks …": another phrase.
        let single = day.first == day.last && day.sort != Sort::Nothing;
        let single = single && (on > at || self.tokens.get(on).is_some_and(Token::is_word) || self.number(on).is_some());
        // "the morning of the ninth".
        let is_clear = day.sort == Sort::Short || (day.sort == Sort::Weak && on > comma && self.word(comma) == "of");
        single.then_some(Parsed { sort: if is_clear { Sort::Clear } else { day.sort }, ..day })
    }

    /// "the morning of the 15th", "the evening before Friday" is none, "end of Friday", "lunchtime tomorrow", "late on Friday".
    fn part_of_day_before(&self, at: usize, depth: u8) -> Option<Parsed> {
        let the = self.past(at, &["the"]);
        let named = self.past(the, &["early", "late"]);
        if let Some(of) = self.after(the, &["end", "of"]).or_else(|| self.after(the, &["close", "of"])) {
            let day = self.base(of, depth + 1)?;
            // "the end of next week" is a part of a stretch, and "the end of" it.
            return (day.first == day.last && !matches!(day.sort, Sort::Nothing | Sort::Weak)).then_some(day);
        }
        if lexicon::is_part_of_day(self.word(named)) {
            return self.with_lead(named + 1, depth);
        }
        let late = named > the && self.word(named) == "on";
        if late { self.with_lead(named, depth) } else { None }
    }
}
