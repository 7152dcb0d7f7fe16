//! The passages that cues show: which cues may have one, what is looked up for it, and the passages of cues that were made anew.

use std::collections::HashMap;
use std::time::Duration;

use model::metrics::Words;
use model::{BindingKind, CallId, Channel, Cue, OrganizationId, Segment};
use tokio::time::{Instant, timeout_at};

use crate::knowledge::{self, CallQuery, Found};
use crate::playbooks;
use kernel::Kernel;

/// Longest that making a call's cues anew takes for their passages; somebody waits for it.
const RENEWAL: Duration = Duration::from_secs(15);

/// Whether the organization's documents may have something to say to a cue: the customer asks, objects, names another vendor,
/// leans in or tells of a danger. What somebody will do next, and how the rep talks, is in no document.
pub(super) fn may_have(cue: &Cue, channel: Channel) -> bool {
    playbooks::is_answered(cue.kind) && channel == Channel::Customer
}

/// Looks the passage for a cue up; none if nothing is good enough. Errors are logged.
pub(super) async fn find(kernel: &Kernel, organization: OrganizationId, call: CallId, cue: &Cue) -> Option<Found> {
    // Whoever can't tell whether there is anything looks.
    if !knowledge::can_answer_calls(kernel, organization).await.unwrap_or(true) {
        return None;
    }
    let competitor = competitor(kernel, organization, &cue.quote).await;
    let query = CallQuery { call: Some(call), words: cue.quote.clone(), topic: cue.topic.clone(), competitor };
    knowledge::find_for_call(kernel, organization, query).await
}

/// The competitor that is named first, of those that documents are bound to.
async fn competitor(kernel: &Kernel, organization: OrganizationId, words: &str) -> Option<String> {
    let bindings = match kernel.store().bindings(organization).await {
        Ok(bindings) => bindings,
        Err(error) => {
            tracing::warn!(%error, "competitors that documents are bound to could not be read");
            return None;
        }
    };
    let names = bindings.into_iter().filter(|(_, binding)| binding.kind == BindingKind::Competitor).map(|(_, binding)| binding.value);
    first_named(words, names)
}

fn first_named(words: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let said = Words::of(words);
    let place = |name: &String| {
        let name = Words::of(name);
        // One of signs only has no word that could be said.
        if name.is_empty() { None } else { said.joined().find(name.joined()) }
    };
    // Of two that begin alike, the one that says more.
    names.filter_map(|name| Some((place(&name)?, std::cmp::Reverse(name.len()), name))).min().map(|(_, _, name)| name)
}

/// Gives cues that were made anew their passages. One that was there before keeps its own; the others are looked up, as many
/// as there is time for.
pub(super) async fn renew(
    kernel: &Kernel,
    organization: OrganizationId,
    call: CallId,
    segments: &[Segment],
    before: &[Cue],
    cues: &mut [Cue],
) {
    let until = Instant::now() + RENEWAL;
    let channels: HashMap<i64, Channel> = segments.iter().map(|segment| (segment.number, segment.channel)).collect();
    // The first of several that say the same.
    let known = before.iter().rev().filter(|known| known.source.is_some());
    let known: HashMap<(&str, &str), &Cue> = known.map(|known| ((&*known.topic, &*known.quote), known)).collect();
    for cue in cues {
        let Some(channel) = channels.get(&cue.evidence.first_segment()) else { continue };
        if !may_have(cue, *channel) {
            continue;
        }
        if let Some(same) = known.get(&(&*cue.topic, &*cue.quote)) {
            cue.source.clone_from(&same.source);
            continue;
        }
        let Ok(found) = timeout_at(until, find(kernel, organization, call, cue)).await else {
            tracing::warn!(%call, "there was no time to look up the passages of all cues");
            return;
        };
        if let Some(found) = found {
            knowledge::note_use(kernel, organization, call, &cue.quote, &found).await;
            cue.source = Some(Box::new(found.citation));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_competitor_is_named_by_whole_words_in_any_case() {
        let named = |words: &str| first_named(words, ["Gong", "Otter.ai", "Otter", "???", ""].map(str::to_owned).into_iter());
        assert_eq!(named("We use GONG today, and otter."), Some("Gong".to_owned()), "the first one");
        assert_eq!(named("isn't otter.ai cheaper?"), Some("Otter.ai".to_owned()), "the longer one");
        assert_eq!(named("otter is what we have"), Some("Otter".to_owned()));
        assert_eq!(named("it was gonged, or otters"), None);
        assert_eq!(named("??? what"), None);
        assert_eq!(named(""), None);
    }
}
