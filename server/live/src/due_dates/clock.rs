//! Times of day: "at 5 p.m.", "half past three", "15h15", "from 9:30 to 11". Alone they tell a day only to [`super::read`].

use super::calendar::plus;
use super::lexicon;
use super::phrase::{Parsed, Reader, Sort};

const NOON: u32 = 12 * 60;
const DAY: u32 = 24 * 60;

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    /// Minutes since midnight.
    minute: u32,
    /// Morning or evening isn't told.
    open: bool,
    /// It says more than a number: "5:30", "5 pm", "noon".
    clear: bool,
    next: usize,
}

impl Reader<'_> {
    /// Past a time of day or a stretch between two. `led`: "at" or the like stands before it, so that a number will do.
    pub fn clock_range(&self, at: usize, led: bool) -> Option<usize> {
        self.clock_span(at, led).map(|clock| clock.next)
    }

    fn clock_span(&self, at: usize, led: bool) -> Option<Clock> {
        let quoted = self.past(at, &["'"]);
        let sign = |index: usize| matches!(self.word(index), "-" | "–" | "to" | "until" | "untill" | "till" | "through" | "and");
        // "3-4 pm": what stands behind the second tells what the first is.
        let bare = self.number(quoted).filter(|hour| *hour < 25 && sign(quoted + 1)).and_then(|hour| {
            let second = self.clock(quoted + 2, true).filter(|second| second.clear && !second.open)?;
            let minute = if second.minute >= NOON && hour <= 12 { hour % 12 * 60 + NOON } else { hour * 60 };
            Some(Clock { minute, ..second })
        });
        if bare.is_some() {
            return bare;
        }
        let first = self.clock(quoted, led)?;
        if sign(first.next)
            && let Some(second) = self.clock(first.next + 1, true)
        {
            return Some(Clock { next: self.past(second.next, &["'", "ish"]), ..first });
        }
        Some(first)
    }

    /// A time of day that no day stands beside: today, or tomorrow when it is past.
    pub fn clock_alone(&self, at: usize) -> Option<Parsed> {
        let early = self.after(at, &["in", "the"]).filter(|next| lexicon::is_part_of_day(self.word(*next)));
        let open = early.map_or(at, |next| next + 1);
        let lead = self.past(open, &["at", "@", "around", "by", "from", "between", "for"]);
        let lead = self.past(lead, &["about", "around", "between", "exactly"]);
        // "by 3 p.m. on Tuesday": "by" is about the day.
        if lead > at && self.clock_and_day(lead).is_some() {
            return None;
        }
        let is = matches!(self.before(at), "is" | "am" | "are" | "'m" | "m" | "i'm") && lead > open;
        let clock = self.clock_span(lead, lead > open).filter(|clock| clock.clear || !is)?;
        let now = self.seen.minute.unwrap_or(NOON);
        let evening = early.is_some_and(|next| matches!(self.word(next), "afternoon" | "evening" | "night"));
        let minute = if evening && clock.open && clock.minute < NOON { clock.minute + NOON } else { clock.minute };
        let today = minute >= now || (clock.open && minute < NOON && minute + NOON >= now);
        let date = plus(self.today(), i64::from(!today))?;
        Some(Parsed::day(date, clock.next).sorted(Sort::Clock))
    }

    /// "3 pm on Friday", "noon tomorrow", "8 this evening".
    pub fn clock_and_day(&self, at: usize) -> Option<Parsed> {
        let lead = self.past(at, &["at", "@"]);
        let lead = self.past(lead, &["around", "about"]);
        let next = match self.clock_span(self.past(lead, &["from", "between"]), lead > at) {
            Some(clock) => clock.next,
            None => self.number(lead).filter(|hour| *hour <= 12 && self.word(lead + 1) == "this").map(|_| lead + 1)?,
        };
        let comma = self.past(next, &[","]);
        let on = self.past(comma, &["on", "of"]);
        let day = self.base(on, 1).filter(|day| !matches!(day.sort, Sort::Nothing | Sort::Clock) && day.first == day.last)?;
        // A word behind a time is mostly another thing: "sat", "sun", "the 5th".
        let clear = day.sort == Sort::Clear || on > comma;
        clear.then_some(if day.sort == Sort::Short { day.sorted(Sort::Clear) } else { day })
    }

    fn clock(&self, at: usize, led: bool) -> Option<Clock> {
        let clear = |minute: u32, next: usize| Some(Clock { minute, open: false, clear: true, next });
        match self.word(at) {
            "noon" | "midday" => return clear(NOON, at + 1),
            "midnight" => return clear(DAY, at + 1),
            "half" => {
                let past = self.past(at + 1, &["past"]);
                let (hour, next) = self.count(past).filter(|(hour, next)| *hour <= 12 && (past > at + 1 || self.may_end(*next)))?;
                let words = past > at + 1 || self.number(past).is_none();
                let unit = lexicon::unit(self.word(next), true).is_some();
                return (words && !unit).then(|| self.with_half(hour * 60 + 30, next));
            }
            _ => {}
        }
        if let Some(clock) = self.past_hour(at) {
            return Some(clock);
        }
        let (hour, next) = self.count(at).filter(|(hour, _)| *hour <= 24)?;
        let digits = self.number(at).is_some();
        if digits && self.word(at).len() > 2 {
            return None;
        }
        let sign = self.word(next);
        let minutes =
            |index: usize| self.number(index).filter(|minute| *minute < 60 && self.word(index).len() == 2 && self.is_glued(index));
        if digits && self.is_glued(next) && (sign == ":" || (sign == "." && self.half(next + 2).is_some())) {
            let next_part = next + 2;
            let minute = minutes(next + 1)?;
            let end = if self.word(next_part) == ":" && minutes(next_part + 1).is_some() { next_part + 2 } else { next_part };
            return (hour < 24).then(|| self.with_half(hour * 60 + minute, end));
        }
        if digits && self.is_glued(next) && sign == "h" {
            return match minutes(next + 1) {
                Some(minute) => clear(hour * 60 + minute, next + 2),
                None => clear(hour * 60, self.past_zone(next + 1)),
            };
        }
        if sign == "o'clock" || sign == "oclock" {
            return Some(self.with_half(hour * 60, next + 1));
        }
        // "ten thirty", "nine fifty nine".
        if !digits
            && hour <= 12
            && hour > 0
            && let Some((minute, end)) = self.count_word(next).filter(|(minute, _)| (10..60).contains(minute))
            && (led || self.half(end).is_some())
        {
            return Some(self.with_half(hour * 60 + minute, end));
        }
        let approximate = self.past(next, &["ish"]);
        // "4a" is a room, "at 4a" a time.
        let lettered = matches!(self.word(approximate), "a" | "p") && self.half(approximate).is_some_and(|(_, end)| end == approximate + 1);
        if hour <= 12 && (led || !lettered) && self.half(approximate).is_some() {
            return Some(self.with_half(hour * 60, approximate));
        }
        let ends =
            self.may_end(next) && !(self.word(next) == "." && self.is_glued(next + 1)) && self.word(next) != "-" && self.word(next) != ",";
        (led && ends && hour > 0).then_some(Clock { minute: hour * 60, open: hour <= 12, clear: false, next })
    }

    /// "a quarter past three", "20 minutes to noon".
    fn past_hour(&self, at: usize) -> Option<Clock> {
        let a = self.past(at, &["a"]);
        let (minutes, next) =
            if self.word(a) == "quarter" { (15, a + 1) } else { self.count(at).filter(|(minutes, _)| (1..60).contains(minutes))? };
        let next = self.past(next, &["minutes", "minute", "min", "mins"]);
        let sign = match self.word(next) {
            "past" | "after" => 1,
            "to" | "before" | "till" => -1,
            _ => return None,
        };
        let quarter = self.word(a) == "quarter" || self.before(next).starts_with("min") || self.word(next) == "past";
        let hour = self.clock(next + 1, true).filter(|hour| quarter && hour.minute % 60 == 0)?;
        let minute = (i64::from(hour.minute) + sign * minutes as i64).rem_euclid(i64::from(DAY));
        Some(Clock { minute: u32::try_from(minute).ok()?, clear: true, ..hour })
    }

    /// The time with what tells the half of the day: "p.m.", "in the morning", "tonight".
    fn with_half(&self, minute: u32, at: usize) -> Clock {
        match self.half(at) {
            Some((evening, next)) => {
                let minute = if minute < DAY { minute % NOON + if evening { NOON } else { 0 } } else { minute };
                Clock { minute, open: false, clear: true, next: self.past_zone(next) }
            }
            None => Clock { minute, open: minute <= NOON + 60, clear: true, next: self.past_zone(at) },
        }
    }

    /// Whether it is after noon, and the next token.
    fn half(&self, at: usize) -> Option<(bool, usize)> {
        let word = self.word(at);
        let evening = match word {
            "am" | "a" => false,
            "pm" | "p" => true,
            "sharp" => return self.half(at + 1),
            "in" | "at" | "this" => {
                let the = self.past(at + 1, &["the"]);
                return match self.word(the) {
                    "morning" => Some((false, the + 1)),
                    "afternoon" | "evening" | "night" | "pm" => Some((true, the + 1)),
                    "am" => Some((false, the + 1)),
                    _ => None,
                };
            }
            "tonight" | "tonite" => return Some((true, at)),
            _ => return None,
        };
        if word.len() == 2 {
            return Some((evening, at + 1));
        }
        // "p.m.", "p m", "9a".
        let dot = self.past_dot(at + 1);
        if self.word(dot) == "m" && (dot == at + 1 || self.is_glued(dot)) {
            return Some((evening, self.past_dot(dot + 1)));
        }
        self.is_glued(at).then_some((evening, at + 1))
    }

    fn past_zone(&self, at: usize) -> usize {
        let next = self.past(at, &["approximately", "sharp"]);
        self.past(
            next,
            &["gmt", "utc", "est", "edt", "et", "cst", "cdt", "ct", "mst", "mdt", "pst", "pdt", "pt", "cet", "cest", "bst", "ist", "jst"],
        )
    }
}
