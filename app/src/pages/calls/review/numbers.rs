//! How the conversation went, in numbers, each with a yardstick or what it means.

use leptos::prelude::*;
use model::{Channel, Metrics, Millis};

use super::ReviewContext;
use crate::pages::calls::words;
use crate::styles::calls_review_numbers as css;

/// A number's name, what it is or what is usual and who says so, and its value for one side.
struct Number {
    name: &'static str,
    note: &'static str,
    of: fn(&Metrics, Channel) -> Option<String>,
}

const NUMBERS: [Number; 6] = [
    Number { name: "Talk time", note: "what both say at once counts for both", of: |metrics, channel| some(metrics.side(channel).talk_ms) },
    Number {
        name: "Words a minute",
        note: "usual in English: about 150 (National Center for Voice and Speech)",
        of: |metrics, channel| metrics.side(channel).words_per_minute.map(|pace| format!("{pace:.0}")),
    },
    Number {
        name: "Longest monologue",
        note: "until the other side said more than “yes”",
        of: |metrics, channel| some(metrics.side(channel).longest_monologue_ms),
    },
    Number { name: "Questions", note: "asked", of: |metrics, channel| Some(metrics.side(channel).questions.to_string()) },
    Number { name: "Fillers", note: "“um”, “you know”", of: |metrics, channel| Some(metrics.side(channel).fillers.to_string()) },
    Number {
        name: "Patience",
        note: "mean pause before you answer",
        of: |metrics, channel| (channel == Channel::Rep).then_some(metrics.patience_ms)?.map(|ms| format!("{:.1} s", ms / 1000.0)),
    },
];

#[component]
pub fn Numbers(shared: ReviewContext) -> impl IntoView {
    let metrics = Memo::new(move |_| shared.review.with(|review| review.metrics.clone()));
    let call = shared.call();
    let name = move |channel| call.with(|call| call.side_name(channel));
    // Of one side alone there is nothing to share.
    let share = move || metrics.with(|metrics| metrics.talk_share.filter(|share| *share > 0.0 && *share < 1.0));
    let nobody = move || if metrics.with(|metrics| metrics.talk_share.is_some()) { "Only one side was heard" } else { "Nobody spoke" };
    let rows = NUMBERS.iter().map(|number| {
        let of = move |channel| metrics.with(|metrics| (number.of)(metrics, channel)).unwrap_or_else(|| "–".to_owned());
        view! {
            <tr class=css::LINE>
                <th scope="row" class=css::NAME>{number.name}<span class=css::NOTE>{number.note}</span></th>
                <td class=css::VALUE>{move || of(Channel::Rep)}</td>
                <td class=css::VALUE>{move || of(Channel::Customer)}</td>
            </tr>
        }
    });
    view! {
        <section class=css::CARD aria-labelledby="numbers-title">
            <h2 class=css::HEADING id="numbers-title">"Numbers"</h2>
            <p class=css::SHARE>
                <span>{move || share().map_or_else(|| nobody().to_owned(), |share| format!("{} {}", name(Channel::Rep), words::percent(share)))}</span>
                <span>{move || share().map(|share| format!("{} {}", name(Channel::Customer), words::percent(1.0 - share)))}</span>
            </p>
            <svg class=css::BAR aria-hidden="true" preserveAspectRatio="none">
                <rect class=css::THEIRS width=move || if share().is_some() { "100%" } else { "0" } height="100%"></rect>
                <rect class=css::OURS width=move || format!("{:.1}%", share().unwrap_or(0.0) * 100.0) height="100%"></rect>
            </svg>
            <p class=css::NOTE>"Share of the talk. Usual: reps talk 65–75 %, in the best calls 43 % (Gong Labs, 25,537 sales calls)"</p>
            <table class=css::TABLE>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col" class=css::REP>{move || name(Channel::Rep)}</th>
                        <th scope="col" class=css::CUSTOMER>{move || name(Channel::Customer)}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.collect_view()}
                    <tr class=css::LINE>
                        <th scope="row" class=css::NAME>"Turns"<span class=css::NOTE>"how often the floor changed"</span></th>
                        <td class=css::BOTH colspan="2">{move || metrics.with(|metrics| metrics.turns)}</td>
                    </tr>
                </tbody>
            </table>
        </section>
    }
}

fn some(duration: Millis) -> Option<String> {
    (duration > Millis::ZERO).then(|| duration.clock())
}
