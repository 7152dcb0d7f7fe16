//! Has a live call's lines judged beside their phrases, and beside the call: no cue, word or frame waits for it.

use live::{Event, Moment};
use model::Segment;
use tokio::task::JoinSet;

use super::actor::CallActor;
use crate::calls::judge::{Judge, JudgedLine, SaidSoFar};

/// One call's lines that are being judged. They end with it.
pub(super) struct Judging {
    /// None where the engine doesn't understand the call's language, or the server has no classifier.
    judge: Option<Judge>,
    said: SaidSoFar,
    running: JoinSet<(i64, JudgedLine)>,
}

impl Judging {
    pub(super) fn new(judge: Option<Judge>) -> Self {
        Self { judge, said: SaidSoFar::default(), running: JoinSet::new() }
    }

    /// Has a line judged.
    pub(super) fn judge(&mut self, segment: &Segment) {
        let Some(judge) = self.judge.clone() else { return };
        let before = self.said.say(segment.channel, &segment.text);
        if segment.is_doubtful() {
            return;
        }
        let (number, channel, text) = (segment.number, segment.channel, segment.text.clone());
        self.running.spawn(async move { (number, judge.live(channel, &text, &before).await) });
    }

    /// A line that was judged next; none while nothing is being judged. Nothing is lost if the caller stops waiting.
    pub(super) async fn next(&mut self) -> Option<(i64, Vec<Moment>)> {
        loop {
            match self.running.join_next().await? {
                Ok((number, judged)) => match self.said.weigh(judged) {
                    moments if moments.is_empty() => {}
                    moments => return Some((number, moments)),
                },
                Err(error) => tracing::error!(%error, "judging a line failed"),
            }
        }
    }
}

impl CallActor {
    /// Shows what was found in a line.
    pub(super) fn on_judged(&mut self, (segment, moments): (i64, Vec<Moment>)) {
        self.feed(Event::Judged { segment, moments });
    }

    /// The call is over: what is being judged may still come, but nobody waits for it long.
    pub(super) async fn take_last_judged(&mut self) {
        let until = tokio::time::Instant::now() + super::passages::LAST_PASSAGES;
        while let Ok(Some(judged)) = tokio::time::timeout_at(until, self.judging.next()).await {
            self.on_judged(judged);
        }
    }
}
