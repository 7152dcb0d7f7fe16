//! What was said: two lanes, finals solid, partials pale. It follows until the person scrolls.

use leptos::html::Div;
use leptos::prelude::*;

use crate::components::{For, Show};
use model::{Channel, Millis, Segment, TrackId};

use super::handle::{Front, Live, Part};
use super::link::LinkState;
use super::state::LiveState;
use crate::styles::calls_live_transcript as css;

/// This near to the end (in px) counts as being there.
const AT_END: i32 = 48;

/// Lines that are drawn of a long call; earlier ones come when somebody wants them.
const DRAWN: usize = 200;
/// So many lines go at once where new ones come.
const STEP: usize = 50;

/// A line as it is drawn.
#[derive(Clone, PartialEq)]
enum TranscriptRow {
    /// Names appear only where the speaker changes.
    Said { segment: Segment, named: bool },
    /// A marked moment, by its number: it stays where it is, whatever words come late.
    Mark(i64, Millis),
}

impl TranscriptRow {
    fn key(&self) -> (bool, i64, bool, String) {
        match self {
            Self::Said { segment, named } => (true, segment.number, *named, segment.text.clone()),
            Self::Mark(number, _) => (false, *number, false, String::new()),
        }
    }
}

/// The transcript of a live call.
#[component]
pub fn Transcript(live: Live) -> impl IntoView {
    let scroller = NodeRef::<Div>::new();
    let following = RwSignal::new(true);
    // Place of the first line that is drawn.
    let first = RwSignal::new(0_usize);
    let to_end = move || {
        // A frame may come after the page is left.
        if let Some(scroller) = scroller.try_get_untracked().flatten() {
            scroller.set_scroll_top(scroller.scroll_height());
        }
    };
    Effect::new(move |_| {
        let lines = live.read(Part::Transcript, |state| state.segments.len());
        live.read(Part::Partials, |_| ());
        if following.get_untracked() {
            let from = lines.saturating_sub(DRAWN).next_multiple_of(STEP);
            if first.get_untracked() != from {
                first.set(from);
            }
            request_animation_frame(to_end);
        }
    });
    let scrolled_to = StoredValue::new(0);
    let on_scroll = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            let top = scroller.scroll_top();
            let rest = scroller.scroll_height() - top - scroller.client_height();
            // Only who goes up leaves the end: lines that come in a rush put it further down before it is scrolled to.
            if rest < AT_END || top < scrolled_to.get_value() {
                following.set(rest < AT_END);
            }
            scrolled_to.set_value(top);
        }
    };
    let earlier = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        following.set(false);
        let before = scroller.scroll_height() - scroller.scroll_top();
        first.update(|first| *first = first.saturating_sub(DRAWN));
        // What was being read stays where it is.
        request_animation_frame(move || scroller.set_scroll_top(scroller.scroll_height() - before));
    };
    // A suggestion's words: scrolled to, and no longer following what is said.
    Effect::new(move |_| {
        let Some(number) = live.cited.get() else { return };
        following.set(false);
        live.front.set(Front::Transcript);
        let place = live.peek(|state| state.segments.iter().position(|segment| segment.number == number));
        if let Some(place) = place.filter(|place| *place < first.get_untracked()) {
            first.set(place.saturating_sub(STEP));
        }
        request_animation_frame(move || {
            if let Some(line) = document().get_element_by_id(&segment_id(number)) {
                line.scroll_into_view();
            }
        });
    });
    let lines = move || {
        let first = first.get();
        live.read(Part::Transcript, |state| rows(&state.segments, first, &state.bookmarks))
    };
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
                <Show when=move || first.get() != 0>
                    <button type="button" class=css::MORE on:click=earlier>
                        {move || format!("Earlier lines ({})", first.get())}
                    </button>
                </Show>
                <div role="log" aria-live="polite" aria-label="What was said" class=css::LOG>
                    <For
                        each=lines
                        key=TranscriptRow::key
                        children=move |row| match row {
                            TranscriptRow::Said { segment, named } => view! { <FinalLine live segment named /> }.into_any(),
                            TranscriptRow::Mark(_, at) => view! { <p class=css::MARK>"Marked at " {at.clock()}</p> }.into_any(),
                        }
                    />
                </div>
                <div aria-hidden="true" class=css::LOG>
                    <For each=tracks key=|track| *track children=move |track| view! { <PartialLine live track /> } />
                </div>
                <Show when=move || !empty() && live.capturing.get() && live.link.with(LinkState::is_lost)>
                    <p class=css::MARK>"No words come while the connection is lost. What is said is kept in this browser; its words follow."</p>
                </Show>
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
fn FinalLine(live: Live, segment: Segment, named: bool) -> impl IntoView {
    let (channel, number, start, doubtful) = (segment.channel, segment.number, segment.start_ms, segment.is_doubtful());
    let words = segment.text.clone();
    let cited = move || live.cited.get() == Some(number);
    view! {
        <div data-channel=channel.as_str() class=lane(channel) class:cited=cited id=segment_id(number)>
            <p class=css::HEAD class:visually-hidden=!named>
                <span class=css::NAME>{move || live.speaker(&segment)}</span>
                <span class=css::TIME>{start.clock()}</span>
            </p>
            // Words that the recognizer doubts look like those that may still change: nothing is made of either.
            <p class=if doubtful { css::PARTIAL } else { css::WORDS } title=doubtful.then_some("The recognizer is not sure of this line") dir="auto" lang=live.language()>
                {doubtful.then(|| view! { <span class="visually-hidden">"Unsure: "</span> })}
                {words}
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
                <p class=css::PARTIAL dir="auto" lang=live.language()>{move || text().unwrap_or_default()}</p>
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
    use model::{CallState, Code, RecognizerId};
    let unrecognized = live.read(Part::Call, |state| state.call.as_ref().is_some_and(|call| call.recognizer == RecognizerId::NONE));
    let failed = live.read(Part::Recognizers, |state| {
        let any = |health| state.recognizers.iter().any(|status| status.health == health);
        any(RecognizerHealth::Failed)
            && ![RecognizerHealth::Listening, RecognizerHealth::Starting, RecognizerHealth::Reconnecting].into_iter().any(any)
    });
    match live.link.get() {
        LinkState::Refused(problem) if problem.code != Code::CallOpenElsewhere => {
            return "No words come here, because this page is not connected.";
        }
        _ => {}
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

/// The lines of a transcript from a place on, with the marks between them.
fn rows(segments: &[Segment], first: usize, bookmarks: &[model::Bookmark]) -> Vec<TranscriptRow> {
    let (before, drawn) = segments.split_at(first.min(segments.len()));
    let begin = before.last().map_or(Millis(i64::MIN), |segment| segment.start_ms);
    let mut marks: Vec<_> = bookmarks.iter().filter(|bookmark| bookmark.at_ms > begin || first == 0).collect();
    marks.sort_by_key(|bookmark| (bookmark.at_ms, bookmark.number));
    let mut marks = marks.into_iter().map(|bookmark| TranscriptRow::Mark(bookmark.number, bookmark.at_ms)).peekable();
    let mut speaker = before.last().map(|segment| (segment.track, segment.channel));
    let mut rows = Vec::with_capacity(drawn.len());
    for segment in drawn {
        while let Some(mark) = marks.next_if(|mark| matches!(mark, TranscriptRow::Mark(_, at) if *at < segment.start_ms)) {
            rows.push(mark);
        }
        let named = speaker != Some((segment.track, segment.channel));
        speaker = Some((segment.track, segment.channel));
        rows.push(TranscriptRow::Said { segment: segment.clone(), named });
    }
    rows.extend(marks);
    rows
}

#[cfg(test)]
mod tests {
    use model::Bookmark;

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

    fn drawn(segments: &[Segment], first: usize) -> Vec<String> {
        let bookmarks = [Bookmark { number: 1, at_ms: Millis(800), note: String::new() }];
        let row = |row: &TranscriptRow| match row {
            TranscriptRow::Said { segment, named } => format!("{}{}", segment.number, if *named { " named" } else { "" }),
            TranscriptRow::Mark(number, _) => format!("mark {number}"),
        };
        rows(segments, first, &bookmarks).iter().map(row).collect()
    }

    #[test]
    fn names_appear_where_the_speaker_changes_and_a_mark_stays_at_its_time() {
        let mut segments = vec![segment(1, Channel::Rep, 0), segment(2, Channel::Customer, 900)];
        assert_eq!(drawn(&segments, 0), ["1 named", "mark 1", "2 named"]);
        segments.insert(1, segment(3, Channel::Rep, 500));
        assert_eq!(drawn(&segments, 0), ["1 named", "3", "mark 1", "2 named"], "words that come late go before it");
    }

    #[test]
    fn earlier_lines_and_their_marks_are_not_drawn() {
        let segments = [segment(1, Channel::Rep, 0), segment(2, Channel::Rep, 900), segment(3, Channel::Rep, 950)];
        assert_eq!(drawn(&segments, 1), ["mark 1", "2", "3"]);
        assert_eq!(drawn(&segments, 2), ["3"]);
        assert_eq!(drawn(&segments, 9), [""; 0]);
    }
}
