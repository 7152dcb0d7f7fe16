//! Who it is about, how it goes in numbers, and the rep's notes.

use leptos::prelude::*;

use crate::components::Show;
use model::{Channel, Metrics, Millis};

use super::handle::{Live, Part};
use super::notes::Notes;
use crate::pages::calls::words;
use crate::styles::calls_live_context as css;

/// The context column.
#[component]
pub fn Context(live: Live) -> impl IntoView {
    let (notes, who, company, kind) = live.peek(|state| {
        let call = state.call.as_ref();
        (
            call.map(|call| call.notes.clone()).unwrap_or_default(),
            call.map(|call| call.contact_name.clone()).unwrap_or_default(),
            call.map(|call| call.company.clone()).unwrap_or_default(),
            call.map(|call| call.kind.label()).unwrap_or_default(),
        )
    });
    let nobody = who.is_empty() && company.is_empty();
    view! {
        <div class=css::CONTEXT>
            <div class=css::WHO>
                <p class=css::CONTACT>{if nobody { "No contact given".to_owned() } else if who.is_empty() { company.clone() } else { who.clone() }}</p>
                <p class="soft small">
                    {(!who.is_empty() && !company.is_empty()).then(|| format!("{company} · "))} {kind}
                </p>
            </div>
            <Numbers live />
            <Bookmarks live />
            <Notes id=live.id initial=notes />
        </div>
    }
}

#[component]
fn Numbers(live: Live) -> impl IntoView {
    let metrics = move || live.read(Part::Metrics, |state| state.metrics.clone());
    // Of one side alone there is nothing to share.
    let share = move || metrics().talk_share.filter(|share| *share > 0.0 && *share < 1.0);
    let nobody = move || if metrics().talk_share.is_some() { "Only one side was heard so far" } else { "Nobody has spoken yet" };
    view! {
        <section class=css::NUMBERS aria-label="Numbers so far">
            <div class=css::SHARE>
                <p class=css::SHARE_WORDS>
                    <span>{move || share().map_or_else(|| nobody().to_owned(), |share| format!("{} {}", live.side_name(Channel::Rep), words::percent(share)))}</span>
                    <span class="soft">{move || share().map(|share| format!("{} {}", live.side_name(Channel::Customer), words::percent(1.0 - share)))}</span>
                </p>
                <svg class=css::SHARE_BAR aria-hidden="true" preserveAspectRatio="none">
                    <rect class=css::SHARE_GROUND width=move || if share().is_some() { "100%" } else { "0" } height="100%"></rect>
                    <rect class=css::SHARE_REP width=move || format!("{:.1}%", share().unwrap_or(0.0) * 100.0) height="100%"></rect>
                </svg>
            </div>
            <dl class=css::PAIRS>
                <Pair live name="Pace, words a minute" of=|metrics, channel| metrics.side(channel).words_per_minute.map(|pace| format!("{pace:.0}")) />
                <Pair live name="Longest monologue" of=|metrics, channel| some(metrics.side(channel).longest_monologue_ms) />
                <Pair live name="Questions" of=|metrics, channel| Some(metrics.side(channel).questions.to_string()) />
            </dl>
        </section>
    }
}

/// One number of both sides.
#[component]
fn Pair(live: Live, name: &'static str, of: fn(&Metrics, Channel) -> Option<String>) -> impl IntoView {
    let shown = move |channel| live.read(Part::Metrics, |state| of(&state.metrics, channel)).unwrap_or_else(|| "–".to_owned());
    view! {
        <div class=css::PAIR>
            <dt>{name}</dt>
            <dd class=css::REP title=move || live.side_name(Channel::Rep)>{move || shown(Channel::Rep)}</dd>
            <dd class=css::CUSTOMER title=move || live.side_name(Channel::Customer)>{move || shown(Channel::Customer)}</dd>
        </div>
    }
}

#[component]
fn Bookmarks(live: Live) -> impl IntoView {
    let bookmarks = move || live.read(Part::Transcript, |state| state.bookmarks.clone());
    view! {
        <Show when=move || !bookmarks().is_empty()>
            <p class="soft small">
                "Marked: "
                {move || bookmarks().iter().map(|bookmark| bookmark.at_ms.clock()).collect::<Vec<_>>().join(", ")}
            </p>
        </Show>
    }
}

fn some(duration: Millis) -> Option<String> {
    (duration > Millis::ZERO).then(|| duration.clock())
}
