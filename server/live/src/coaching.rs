//! How the rep talks, measured over the last minutes, and where it shows.

use std::collections::VecDeque;

use model::metrics::{Tally, Words, fillers, questions};
use model::{Channel, Evidence, Millis, Span};

use crate::playbook::{Detector, Entry};

/// Rep segments that are remembered.
const KEPT: usize = 64;
/// Filler places that are remembered per segment.
const FILLERS: usize = 8;

#[derive(Debug)]
struct Turn {
    span: Span,
    start: Millis,
    end: Millis,
    words: u32,
    /// The words are letters, whose pace can't be compared.
    in_letters: bool,
    filler_count: u32,
    fillers: Vec<Span>,
}

/// What was measured, in words, and what shows it.
#[derive(Debug)]
pub(crate) struct Finding {
    pub fact: String,
    pub evidence: Evidence,
}

/// The rep's recent segments.
#[derive(Debug, Default)]
pub(crate) struct Coach {
    turns: VecDeque<Turn>,
    began: Option<Millis>,
    asked: Option<Millis>,
}

/// What is going on right now beside the finals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    pub now: Millis,
    /// End of the rep's newest voice or partial.
    pub rep_until: Millis,
    /// The customer is saying more than an acknowledgement.
    pub customer_talks: bool,
}

impl Coach {
    /// Counts a final segment.
    pub fn push(&mut self, number: i64, channel: Channel, start: Millis, end: Millis, words: &Words) {
        self.began.get_or_insert(start);
        if channel != Channel::Rep {
            return;
        }
        if !questions(words).is_empty() {
            self.asked = Some(end);
        }
        let found = fillers(words);
        let place = |range: &std::ops::Range<usize>| {
            let marks = words.marks();
            let (first, last) = (marks.get(range.start)?, marks.get(range.end.checked_sub(1)?)?);
            Some(Span { segment: number, start: first.start, end: last.end })
        };
        self.turns.push_back(Turn {
            span: Span { segment: number, start: 0, end: words.characters() },
            start,
            end,
            words: words.spoken(),
            in_letters: words.is_in_letters(),
            filler_count: found.len() as u32,
            fillers: found.iter().filter_map(place).take(FILLERS).collect(),
        });
        if self.turns.len() > KEPT {
            self.turns.pop_front();
        }
    }

    /// Whether an entry's limit is passed, and by what it shows.
    pub fn check(&self, entry: &Entry, tally: &Tally, situation: Situation) -> Option<Finding> {
        match entry.listens_for? {
            Detector::Question => None,
            Detector::Monologue => self.monologue(entry.above, tally, situation),
            Detector::TalkShare => self.talk_share(entry.above, tally, situation),
            Detector::Pace => self.pace(entry.above, situation),
            Detector::Fillers => self.fillers(entry.above, situation),
            Detector::NoQuestion => self.no_question(entry.above, situation),
        }
    }

    fn finding(fact: String, spans: Vec<Span>) -> Option<Finding> {
        Evidence::try_from(spans).ok().map(|evidence| Finding { fact, evidence })
    }

    /// The newest segments that began at or after a time, oldest first.
    fn since(&self, time: Millis) -> impl DoubleEndedIterator<Item = &Turn> {
        self.turns.iter().filter(move |turn| turn.start >= time)
    }

    fn last_spans(&self, most: usize) -> Vec<Span> {
        self.turns.iter().skip(self.turns.len().saturating_sub(most)).map(|turn| turn.span).collect()
    }

    fn monologue(&self, above: f64, tally: &Tally, situation: Situation) -> Option<Finding> {
        let (channel, since, until) = tally.floor()?;
        // Voice that goes on belongs to it; a pause of more than 10 s has ended it.
        let goes_on = situation.rep_until.since(until) > Millis::ZERO && situation.rep_until.since(until) <= Millis(30_000);
        let until = if goes_on { situation.rep_until } else { until };
        let length = until.since(since);
        if channel != Channel::Rep
            || situation.customer_talks
            || length.as_seconds() <= above
            || situation.now.since(until) > Millis(10_000)
        {
            return None;
        }
        Self::finding(
            format!("You have talked for {} without a pause for the customer.", length.clock()),
            self.since(since).map(|turn| turn.span).collect(),
        )
    }

    fn talk_share(&self, above: f64, tally: &Tally, situation: Situation) -> Option<Finding> {
        let metrics = tally.metrics();
        let share = metrics.talk_share? * 100.0;
        let both = metrics.rep.talk_ms + metrics.customer.talk_ms;
        let long_enough = situation.now.since(self.began?) >= Millis(180_000) && both >= Millis(60_000);
        // Without the customer's audio the rep would always have it all.
        if !long_enough || share <= above || metrics.customer.talk_ms < Millis(5_000) {
            return None;
        }
        Self::finding(format!("You have {share:.0} % of the talk time so far."), self.last_spans(3))
    }

    fn pace(&self, above: f64, situation: Situation) -> Option<Finding> {
        let recent: Vec<&Turn> = self.since(situation.now - Millis(60_000)).collect();
        let talk: Millis = recent.iter().map(|turn| turn.end.since(turn.start)).sum();
        let words: u32 = recent.iter().map(|turn| turn.words).sum();
        if talk < Millis(25_000) || recent.iter().any(|turn| turn.in_letters) {
            return None;
        }
        let pace = f64::from(words) * 60.0 / talk.as_seconds();
        if pace <= above {
            return None;
        }
        Self::finding(format!("You speak {pace:.0} words a minute."), recent.iter().map(|turn| turn.span).collect())
    }

    fn fillers(&self, above: f64, situation: Situation) -> Option<Finding> {
        let recent: Vec<&Turn> = self.since(situation.now - Millis(120_000)).collect();
        let talk: Millis = recent.iter().map(|turn| turn.end.since(turn.start)).sum();
        let count: u32 = recent.iter().map(|turn| turn.filler_count).sum();
        if talk < Millis(40_000) || f64::from(count) * 60.0 / talk.as_seconds() <= above {
            return None;
        }
        let spans: Vec<Span> = recent.iter().flat_map(|turn| turn.fillers.iter().copied()).take(KEPT).collect();
        Self::finding(format!("{count} filler words in the last {:.0} seconds of your talk.", talk.as_seconds()), spans)
    }

    fn no_question(&self, above: f64, situation: Situation) -> Option<Finding> {
        let from = self.asked.or(self.began)?;
        let talk: Millis = self.since(from).map(|turn| turn.end.since(turn.start)).sum();
        let silent = situation.now.since(from);
        let just_talked = self.turns.back().is_some_and(|turn| situation.now.since(turn.end) <= Millis(20_000));
        if silent.as_seconds() <= above || talk < Millis(60_000) || !just_talked {
            return None;
        }
        Self::finding(format!("No question from you for {}.", silent.clock()), self.last_spans(3))
    }
}
