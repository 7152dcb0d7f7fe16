//! What was said: two lanes, finals solid, partials pale. It follows until the person scrolls.

use leptos::html::Div;
use leptos::prelude::*;
use model::{Channel, Segment, TrackId};

use super::handle::{Live, Part};
use super::link::LinkState;
use super::state::LiveState;
use crate::styles::calls_live_transcript as css;

/// This near to the end (in px) counts as being there.
const AT_END: i32 = 48;

/// A line as it is drawn: names appear only where the speaker changes.
#[derive(Clone, PartialEq)]
struct Line {
    segment: Segment,
    named: bool,
    marked: bool,
}

/// The transcript of a live call.
#[component]
pub fn Transcript(live: Live) -> impl IntoView {
    let scroller = NodeRef::<Div>::new();
    let following = RwSignal::new(true);
    let to_end = move || {
        // A frame may come after the page is left.
        if let Some(scroller) = scroller.try_get_untracked().flatten() {
            scroller.set_scroll_top(scroller.scroll_height());
        }
    };
    Effect::new(move |_| {
        live.read(Part::Transcript, |_| ());
        live.read(Part::Partials, |_| ());
        if following.get_untracked() {
            request_animation_frame(to_end);
        }
    });
    let on_scroll = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            let rest = scroller.scroll_height() - scroller.scroll_top() - scroller.client_height();
            following.set(rest < AT_END);
        }
    };
    // A card's words: scrolled to, and no longer following what is said.
    Effect::new(move |_| {
        let Some(number) = live.cited.get() else { return };
        if let Some(line) = document().get_element_by_id(&segment_id(number)) {
            following.set(false);
            line.scroll_into_view();
        }
    });
    let lines = move || live.read(Part::Transcript, |state| lines(&state.segments, &state.bookmarks));
    let empty = move || {
        live.read(Part::Transcript, |state| state.segments.is_empty()) && live.read(Part::Partials, |state| state.partials.is_empty())
    };
    let tracks = move || TrackId::all(live.read(Part::Call, |state| state.call.as_ref().map_or(0, |call| call.tracks.len())));
    view! {
        <div class=css::FRAME>
            <div class=css::SCROLLER node_ref=scroller on:scroll=on_scroll tabindex="0" aria-label="Transcript">
                <Show when=empty>
                    <p class=css::EMPTY>{move || nothing_yet(live)}</p>
                </Show>
                <div role="log" aria-live="polite" aria-label="What was said" class=css::LOG>
                    <For
                        each=lines
                        key=|line| (line.segment.number, line.named, line.marked, line.segment.text.clone())
                        children=move |line| view! { <FinalLine live line /> }
                    />
                </div>
                <div aria-hidden="true" class=css::LOG>
                    <For each=tracks key=|track| *track children=move |track| view! { <PartialLine live track /> } />
                </div>
            </div>
            <Show when=move || !following.get()>
                <button
                    type="button"
                    class=css::JUMP
                    on:click=move |_| {
                        following.set(true);
                        to_end();
                    }
                >
                    "Jump to now"
                </button>
            </Show>
        </div>
    }
}

#[component]
fn FinalLine(live: Live, line: Line) -> impl IntoView {
    let Line { segment, named, marked } = line;
    let (channel, number) = (segment.channel, segment.number);
    let words = segment.text.clone();
    let start = segment.start_ms;
    let cited = move || live.cited.get() == Some(number);
    view! {
        <div data-channel=channel.as_str() class=lane(channel) class:marked=marked class:cited=cited id=segment_id(number)>
            <p class=css::HEAD class:visually-hidden=!named>
                <span class=css::NAME>{move || live.speaker(&segment)}</span>
                <span class=css::TIME>{start.clock()}</span>
            </p>
            <p class=css::WORDS>
                {words} " " {marked.then(|| view! { <span class=css::MARK>"Marked"</span> })}
            </p>
        </div>
    }
}

#[component]
fn PartialLine(live: Live, track: TrackId) -> impl IntoView {
    let of = move |state: &LiveState| state.partials.iter().find(|partial| partial.track == track).cloned();
    let text = move || live.read(Part::Partials, of).map(|partial| partial.text);
    // Its number is known as soon as a card rests on it.
    let number = move || live.read(Part::Partials, of).and_then(|partial| partial.segment);
    let channel = move || live.heard_on(track).0;
    view! {
        <Show when=move || text().is_some()>
            <div
                data-channel=move || channel().as_str()
                class=move || lane(channel())
                class:cited=move || number().is_some()
                id=move || number().map(segment_id)
            >
                <p class=css::HEAD>
                    <span class=css::NAME>{move || live.heard_on(track).1}</span>
                </p>
                <p class=css::PARTIAL>{move || text().unwrap_or_default()}</p>
            </div>
        </Show>
    }
}

fn segment_id(number: i64) -> String {
    format!("segment-{number}")
}

fn lane(channel: Channel) -> &'static str {
    match channel {
        Channel::Rep => css::REP,
        Channel::Customer => css::CUSTOMER,
    }
}

fn nothing_yet(live: Live) -> &'static str {
    use model::wire::RecognizerHealth;
    use model::{CallState, RecognizerId};
    let unrecognized = live.read(Part::Call, |state| state.call.as_ref().is_some_and(|call| call.recognizer == RecognizerId::NONE));
    let failed = live.read(Part::Recognizers, |state| {
        let any = |health| state.recognizers.iter().any(|status| status.health == health);
        any(RecognizerHealth::Failed)
            && ![RecognizerHealth::Listening, RecognizerHealth::Starting, RecognizerHealth::Reconnecting].into_iter().any(any)
    });
    if live.link.with(LinkState::is_refused) {
        return "No words come here, because this page is not connected.";
    }
    match (live.phase(), unrecognized) {
        (CallState::Live, _) if failed => {
            "Recording without words, because the recognizer stopped. You can make the transcript afterwards."
        }
        (CallState::Prepared, _) => "What is said appears here as soon as the call runs.",
        (_, true) => "This call is recorded without a transcript. You can make one afterwards.",
        _ => "Listening. The first words appear here.",
    }
}

/// The lines of a transcript. A bookmark marks the last line that had started by then.
fn lines(segments: &[Segment], bookmarks: &[model::Bookmark]) -> Vec<Line> {
    let marked: Vec<Option<i64>> = bookmarks
        .iter()
        .map(|bookmark| segments.iter().rfind(|segment| segment.start_ms <= bookmark.at_ms).map(|segment| segment.number))
        .collect();
    let mut before = None;
    segments
        .iter()
        .map(|segment| {
            let speaker = Some((segment.track, segment.channel));
            let named = before != speaker;
            before = speaker;
            Line { segment: segment.clone(), named, marked: marked.contains(&Some(segment.number)) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use model::{Bookmark, Millis};

    use super::*;

    fn segment(number: i64, channel: Channel, start: i64) -> Segment {
        Segment {
            number,
            track: TrackId::usual(channel),
            channel,
            text: "x".into(),
            start_ms: Millis(start),
            end_ms: Millis(start),
            confidence: 1.0,
            words: Vec::new(),
            corrected: false,
        }
    }

    #[test]
    fn names_appear_where_the_speaker_changes_and_bookmarks_at_what_was_being_said() {
        let segments = [segment(1, Channel::Rep, 0), segment(2, Channel::Rep, 500), segment(3, Channel::Customer, 900)];
        let bookmarks = [Bookmark { number: 1, at_ms: Millis(800), note: String::new() }];
        let drawn: Vec<_> = lines(&segments, &bookmarks).iter().map(|line| (line.named, line.marked)).collect();
        assert_eq!(drawn, [(true, false), (false, true), (true, false)]);
    }
}
