//! The recording, with who spoke when, suggestions and marks in it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{CallState, Channel, CueState, Millis, Waveform};

use super::ReviewContext;
use crate::components::{Lane, Player, Tone};
use crate::pages::calls::api;

#[component]
pub fn Sound(shared: ReviewContext) -> impl IntoView {
    let recorded = Memo::new(move |_| shared.review.with(|review| review.recording_ms));
    let ended = Memo::new(move |_| shared.review.with(|review| review.call.state == CallState::Ended));
    let length = Memo::new(move |_| {
        let said = shared.part.outline.with(|outline| outline.iter().map(|line| line.end_ms).max().unwrap_or_default());
        recorded.get().unwrap_or_else(|| shared.review.with(|review| review.call.duration_ms.max(said)))
    });
    let waveform = RwSignal::new(None::<Waveform>);
    let swapped = shared.actions.swap.value();
    Effect::new(move |_| {
        // Whose sound is whose has changed.
        swapped.track();
        if recorded.get().is_some() && ended.get() {
            spawn_local(async move {
                // Without it, the lines of the transcript say who spoke when.
                if let Ok(drawn) = api::call_waveform(shared.id).await {
                    waveform.try_set(Some(drawn));
                }
            });
        }
    });
    let lanes = Memo::new(move |_| {
        let length = length.get();
        shared.review.with(|review| {
            let side = |channel| {
                let label = review.call.side_name(channel);
                waveform.with(|waveform| match waveform {
                    Some(waveform) => Lane::wave(label, channel, waveform.side(channel)),
                    None => shared.part.outline.with(|outline| {
                        let lines = outline.iter().filter(|line| line.channel == channel);
                        Lane::talk(label, channel, lines.map(|line| (line.start_ms, line.end_ms)), length)
                    }),
                })
            };
            let cues = review.cues.iter().filter(|cue| cue.state != CueState::Dismissed).map(|cue| cue.at_ms);
            let marks = review.bookmarks.iter().map(|bookmark| bookmark.at_ms);
            let mut lanes = vec![
                side(Channel::Rep),
                side(Channel::Customer),
                Lane::moments("Suggestions", Tone::Info, cues, length, 8),
                Lane::moments("Marked", Tone::Warn, marks, length, 40),
            ];
            lanes.retain(|lane| !lane.shape.is_empty() || lane.tone == Tone::Rep || lane.tone == Tone::Customer);
            lanes
        })
    });
    // The same element for as long as there is a recording, however long that grows.
    let source = Memo::new(move |_| recorded.get().map(|_| format!("/api/v1/calls/{}/recording", shared.id)));
    let silent = Signal::derive(move || if ended.get() { "This call has no recording." } else { "Nothing is recorded yet." });
    let length = Signal::derive(move || length.get().max(Millis(1)));
    view! { <Player source silent length lanes playback=shared.playback /> }
}
