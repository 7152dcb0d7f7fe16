//! What lines of a call are beside what phrases tell: their parts' vectors, weighed by heads that were made of examples (`moments`).

use std::sync::Arc;
use std::time::Duration;

use kernel::Kernel;
use live::Moment;
use model::calls::{Skill, understands};
use model::{Call, Channel};
use moments::{Features, Found, Heads, before, windows};
use ports::{Embedder, Redaction};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::CallsKernel as _;

/// Lines that are judged or wait for it, of all calls: of more, phrases alone tell. The newest wait shortest then.
const MOST_AT_ONCE: usize = 32;
/// What comes later is of no use to whoever talks.
const PATIENCE: Duration = Duration::from_secs(3);

/// A judge of lines, one for all calls. Cheap to clone.
#[derive(Clone)]
pub struct Judge {
    /// Makes the vectors that the heads were made with.
    encoder: Arc<dyn Embedder>,
    places: Arc<Semaphore>,
}

impl Judge {
    /// With the encoder whose vectors [`Heads::built_in`] knows.
    pub fn new(encoder: Arc<dyn Embedder>) -> Self {
        Self { encoder, places: Arc::new(Semaphore::new(MOST_AT_ONCE)) }
    }

    /// What is found in a line of a live call, after what the other side had said; the surest first. Nothing, if too many lines wait.
    pub(in crate::calls) async fn live(&self, channel: Channel, text: &str, said_before: &str) -> Vec<Moment> {
        let Ok(_place) = self.places.try_acquire() else {
            metrics::counter!("closezly_lines_not_judged_total").increment(1);
            return Vec::new();
        };
        timeout(PATIENCE, self.moments(channel, text, said_before)).await.unwrap_or_default()
    }

    /// The same of a line that nobody waits for.
    pub async fn moments(&self, channel: Channel, text: &str, said_before: &str) -> Vec<Moment> {
        let windows = windows(text);
        let mut texts: Vec<String> = windows.iter().map(|window| window.text.clone()).collect();
        let said_before = before(said_before);
        texts.extend((!said_before.is_empty()).then_some(said_before));
        if windows.is_empty() {
            return Vec::new();
        }
        let mut vectors = match self.encoder.embed(&Redaction::default().texts(&texts)).await {
            Ok(vectors) if vectors.len() == texts.len() => vectors,
            Ok(_) => return Vec::new(),
            Err(error) => {
                tracing::warn!(%error, "a line could not be judged by examples; phrases tell what it is");
                return Vec::new();
            }
        };
        let vector_before = if vectors.len() > windows.len() { vectors.pop().unwrap_or_default() } else { Vec::new() };
        let features: Vec<Features> =
            windows.iter().zip(vectors).map(|(window, vector)| Features::new(&window.text, vector, vector_before.clone())).collect();
        let moment = |found: Found| {
            let topic = topic(&found, channel)?.to_owned();
            Some(Moment { topic, chars: windows.get(found.window)?.chars.clone(), margin: found.margin })
        };
        let mut moments: Vec<Moment> = Heads::built_in().judge(&features).into_iter().filter_map(moment).collect();
        moments.sort_by(|one, other| other.margin.total_cmp(&one.margin));
        moments
    }
}

/// The judge of a call's lines; none where the engine doesn't understand its language, or the server has no encoder.
pub(in crate::calls) fn judge_of(kernel: &Kernel, call: &Call) -> Option<Judge> {
    kernel.judge().filter(|_| understands(&call.language).contains(&Skill::Suggestions)).cloned()
}

/// The playbook's entry of what was found; none if this side's words are not listened to for it.
fn topic(found: &Found, channel: Channel) -> Option<&str> {
    Some(match (found.kind.as_str(), channel) {
        ("next_step", Channel::Rep) => "next_step.rep",
        (_, Channel::Rep) => return None,
        ("next_step", Channel::Customer) => "next_step.customer",
        ("competitor", _) => "competitor.mentioned",
        _ if found.topic.as_str() == "objection.stall" => "risk.stall",
        _ => found.topic.as_str(),
    })
}

/// What each side said last.
#[derive(Debug, Default)]
pub(in crate::calls) struct LastSaid([String; 2]);

impl LastSaid {
    /// Takes a line in, and gives what the other side had said before it; empty if nothing.
    pub(in crate::calls) fn say(&mut self, channel: Channel, text: &str) -> String {
        let side = usize::from(channel == Channel::Customer);
        text.clone_into(&mut self.0[side]);
        self.0[1 - side].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_heard_after_what_the_other_side_said() {
        let mut last = LastSaid::default();
        assert_eq!(last.say(Channel::Rep, "So, Tuesday at ten?"), "");
        assert_eq!(last.say(Channel::Customer, "Works for me."), "So, Tuesday at ten?");
        assert_eq!(last.say(Channel::Customer, "And bring Priya."), "So, Tuesday at ten?");
        assert_eq!(last.say(Channel::Rep, "I will."), "And bring Priya.");
    }
}
