//! How the conversation went, in numbers, each with its definition.

use leptos::prelude::*;
use model::{Channel, Metrics, Millis};

use super::ReviewContext;
use crate::pages::calls::words;
use crate::styles::calls_review_numbers as css;

/// A number's name, its definition and its value for one side.
struct Number {
    name: &'static str,
    means: &'static str,
    of: fn(&Metrics, Channel) -> Option<String>,
}

const NUMBERS: [Number; 5] = [
    Number {
        name: "Talk time",
        means: "Time with speech, measured by voice detection where there is audio.",
        of: |metrics, channel| some(metrics.side(channel).talk_ms),
    },
    Number {
        name: "Words a minute",
        means: "Words divided by minutes of talk. Shown from 10 seconds of talk on.",
        of: |metrics, channel| metrics.side(channel).words_per_minute.map(|pace| format!("{pace:.0}")),
    },
    Number {
        name: "Longest monologue",
        means: "The longest stretch that the other side did not interrupt with more than a short acknowledgement.",
        of: |metrics, channel| some(metrics.side(channel).longest_monologue_ms),
    },
    Number { name: "Questions", means: "Questions asked.", of: |metrics, channel| Some(metrics.side(channel).questions.to_string()) },
    Number {
        name: "Fillers",
        means: "Filler words such as “um” and “you know”.",
        of: |metrics, channel| Some(metrics.side(channel).fillers.to_string()),
    },
];

#[component]
pub fn Numbers(shared: ReviewContext) -> impl IntoView {
    let metrics = Memo::new(move |_| shared.review.with(|review| review.metrics.clone()));
    let call = shared.call();
    let name = move |channel| call.with(|call| call.side_name(channel));
    let share = move || metrics.with(|metrics| metrics.talk_share);
    let patience = move || metrics.with(|metrics| metrics.patience_ms.map_or_else(|| "–".to_owned(), |ms| format!("{:.1} s", ms / 1000.0)));
    let rows = NUMBERS.iter().map(|number| {
        let of = move |channel| metrics.with(|metrics| (number.of)(metrics, channel)).unwrap_or_else(|| "–".to_owned());
        view! {
            <tr class=css::LINE>
                <th scope="row" class=css::NAME title=number.means>{number.name}</th>
                <td class=css::VALUE>{move || of(Channel::Rep)}</td>
                <td class=css::VALUE>{move || of(Channel::Customer)}</td>
            </tr>
        }
    });
    view! {
        <section class=css::CARD aria-labelledby="numbers-title">
            <h2 class=css::HEADING id="numbers-title">"Numbers"</h2>
            <p class=css::SHARE title="Your talk time divided by both sides' talk time.">
                <span>{move || share().map_or_else(|| "Nobody spoke".to_owned(), |share| format!("{} {}", name(Channel::Rep), words::percent(share)))}</span>
                <span>{move || share().map(|share| format!("{} {}", name(Channel::Customer), words::percent(1.0 - share)))}</span>
            </p>
            <svg class=css::BAR aria-hidden="true" preserveAspectRatio="none">
                <rect class=css::THEIRS width=move || if share().is_some() { "100%" } else { "0" } height="100%"></rect>
                <rect class=css::OURS width=move || format!("{:.1}%", share().unwrap_or(0.0) * 100.0) height="100%"></rect>
            </svg>
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
                        <th scope="row" class=css::NAME title="Mean pause between the end of a customer's turn and the start of yours.">"Patience"</th>
                        <td class=css::VALUE>{patience}</td>
                        <td class=css::VALUE>"–"</td>
                    </tr>
                    <tr class=css::LINE>
                        <th scope="row" class=css::NAME title="How often the floor changed.">"Turns"</th>
                        <td class=css::BOTH colspan="2">{move || metrics.with(|metrics| metrics.turns)}</td>
                    </tr>
                </tbody>
            </table>
            <details class=css::DEFINITIONS>
                <summary>"What these mean"</summary>
                <dl>
                    {NUMBERS.iter().map(|number| view! { <dt>{number.name}</dt><dd>{number.means}</dd> }).collect_view()}
                    <dt>"Patience"</dt>
                    <dd>"Mean pause between the end of a customer's turn and the start of yours."</dd>
                </dl>
            </details>
        </section>
    }
}

fn some(duration: Millis) -> Option<String> {
    (duration > Millis::ZERO).then(|| duration.clock())
}
