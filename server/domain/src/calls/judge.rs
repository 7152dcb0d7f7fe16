//! What lines of a call are beside what phrases tell: a classifier that learned of many talks gives them scores (`moments`).

use std::sync::Arc;
use std::time::Duration;

use kernel::Kernel;
use live::Moment;
use model::calls::{Skill, understands};
use model::{Call, Channel};
use moments::{Found, SURE, Sale, Window, found, windows};
use ports::{Line, LineClassifier, Redaction};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::CallsKernel as _;

/// Lines that are judged or wait for it, of all calls: of more, phrases alone tell. The newest wait shortest then.
const MOST_AT_ONCE: usize = 32;
/// What comes later is of no use to whoever talks.
const PATIENCE: Duration = Duration::from_secs(3);
/// Words of a line that are shown as they are: where there are more, the part that tells it is looked for.
const SHORT: usize = 22;

/// A judge of lines, one for all calls. Cheap to clone.
#[derive(Clone)]
pub struct Judge {
    classifier: Arc<dyn LineClassifier>,
    places: Arc<Semaphore>,
}

/// What was found in a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JudgedLine {
    /// The surest first, their margins as [`Found::margin`].
    moments: Vec<Moment>,
    /// The line's scores; none if it was not judged.
    scores: Vec<f32>,
}

impl Judge {
    /// With the classifier whose scores [`moments::found`] knows.
    pub fn new(classifier: Arc<dyn LineClassifier>) -> Self {
        Self { classifier, places: Arc::new(Semaphore::new(MOST_AT_ONCE)) }
    }

    /// What is found in a line of a live call, after what the other side had said. Nothing, if too many lines wait.
    pub(in crate::calls) async fn live(&self, channel: Channel, text: &str, said_before: &str) -> JudgedLine {
        let Ok(_place) = self.places.try_acquire() else {
            metrics::counter!("closezly_lines_not_judged_total").increment(1);
            return JudgedLine::default();
        };
        timeout(PATIENCE, self.judge(channel, text, said_before)).await.unwrap_or_default()
    }

    /// The same of a line that nobody waits for.
    pub async fn judge(&self, channel: Channel, text: &str, said_before: &str) -> JudgedLine {
        let parts = windows(text);
        let Some(whole) = parts.first() else { return JudgedLine::default() };
        let Some(scores) = self.scores(channel, &[text], said_before).await.pop() else { return JudgedLine::default() };
        let told: Vec<(Found, &str)> = found(&scores).into_iter().filter_map(|found| Some((found, topic(&found, channel)?))).collect();
        let parts = if told.is_empty() || text.split_whitespace().count() <= SHORT { &[] } else { &parts[1..] };
        let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        let of_parts = if parts.len() > 1 { self.scores(channel, &texts, said_before).await } else { Vec::new() };
        let moment = |(found, topic): (Found, &str)| {
            let chars = likeliest(&found, parts, &of_parts).unwrap_or(whole).chars.clone();
            Moment { topic: topic.to_owned(), chars, margin: found.margin }
        };
        JudgedLine { moments: told.into_iter().map(moment).collect(), scores }
    }

    /// Scores of texts that are said after the same; none if the classifier fails.
    async fn scores(&self, channel: Channel, texts: &[&str], said_before: &str) -> Vec<Vec<f32>> {
        let redaction = Redaction::default();
        let before = redaction.text(said_before);
        let lines: Vec<Line> = texts.iter().map(|text| Line { channel, before: before.clone(), text: redaction.text(*text) }).collect();
        self.classifier.classify(&lines).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a line could not be judged; phrases tell what it is");
            Vec::new()
        })
    }
}

/// The part of a line that tells most what was found in it.
fn likeliest<'a>(found: &Found, parts: &'a [Window], scores: &[Vec<f32>]) -> Option<&'a Window> {
    let scored = parts.iter().zip(scores.iter().filter_map(|scores| found.score_in(scores)));
    scored.max_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(part, _)| part)
}

/// The judge of a call's lines; none where the engine doesn't understand its language, or the server has no classifier.
pub(in crate::calls) fn judge_of(kernel: &Kernel, call: &Call) -> Option<Judge> {
    kernel.judge().filter(|_| understands(&call.language).contains(&Skill::Suggestions)).cloned()
}

/// The playbook's entry of what was found; none if this side's words are not listened to for it.
fn topic(found: &Found, channel: Channel) -> Option<&'static str> {
    Some(match (found.kind, channel) {
        ("next_step", Channel::Rep) => "next_step.rep",
        (_, Channel::Rep) => return None,
        ("next_step", Channel::Customer) => "next_step.customer",
        ("question", _) => "question.asked",
        ("competitor", _) => "competitor.mentioned",
        _ if found.topic == "objection.stall" => "risk.stall",
        _ => found.topic,
    })
}

/// What was said so far, as the next line is heard after it.
#[derive(Debug, Default)]
pub struct SaidSoFar {
    /// What each side said last.
    last: [String; 2],
    sale: Sale,
}

impl SaidSoFar {
    /// Takes a line in, and gives what the other side had said before it; empty if nothing.
    pub fn say(&mut self, channel: Channel, text: &str) -> String {
        let side = usize::from(channel == Channel::Customer);
        text.clone_into(&mut self.last[side]);
        self.last[1 - side].clone()
    }

    /// Takes in what a line was judged to be, and gives what of it counts in this talk.
    pub fn weigh(&mut self, judged: JudgedLine) -> Vec<Moment> {
        self.sale.take_in(&judged.scores);
        let asked_for = self.sale.asks_for();
        let weighed = judged.moments.into_iter().map(|moment| Moment { margin: (moment.margin - asked_for) / SURE, ..moment });
        weighed.filter(|moment| moment.margin >= 0.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_heard_after_what_the_other_side_said() {
        let mut said = SaidSoFar::default();
        assert_eq!(said.say(Channel::Rep, "So, Tuesday at ten?"), "");
        assert_eq!(said.say(Channel::Customer, "Works for me."), "So, Tuesday at ten?");
        assert_eq!(said.say(Channel::Customer, "And bring Priya."), "So, Tuesday at ten?");
        assert_eq!(said.say(Channel::Rep, "I will."), "And bring Priya.");
    }

    #[test]
    fn where_nobody_sells_only_what_is_surest_counts() {
        let mut said = SaidSoFar::default();
        let scores: Vec<f32> = moments::classes().map(|_| -9.0).collect();
        let moment = |margin| Moment { topic: "next_step.rep".to_owned(), chars: 0..5, margin };
        let judged = |scores| JudgedLine { moments: vec![moment(60.0), moment(0.1)], scores };
        let margins = said.weigh(judged(Vec::new())).into_iter().map(|moment| moment.margin).collect::<Vec<_>>();
        assert_eq!(margins, [60.0 / SURE, 0.1 / SURE], "measured by what is sure");
        for _ in 0..60 {
            said.weigh(JudgedLine { moments: Vec::new(), scores: scores.clone() });
        }
        let left = said.weigh(judged(scores));
        assert!(left.len() == 1 && left[0].margin > 0.0 && left[0].margin < 60.0 / SURE, "{left:?}");
    }
}
