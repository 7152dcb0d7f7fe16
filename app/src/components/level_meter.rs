//! How loud a channel is, right now.

use leptos::prelude::*;

use super::Tone;
use crate::styles::level_meter as css;

/// A level meter. Takes updates many times a second: it changes one attribute, and is not read out by itself.
#[component]
pub fn LevelMeter(
    /// Whose level, such as "Microphone".
    #[prop(into)]
    label: String,
    /// From 0 (silence) to 1 (as loud as it goes).
    #[prop(into)]
    value: Signal<f64>,
    /// The channel's colour.
    #[prop(default = Tone::Good)]
    tone: Tone,
    /// Muted: the meter stays empty.
    #[prop(optional, into)]
    muted: Signal<bool>,
) -> impl IntoView {
    let percent = Memo::new(move |_| if muted.get() { 0.0 } else { (value.get().clamp(0.0, 1.0) * 100.0).round() });
    view! {
        <svg
            class=css::METER
            viewBox="0 0 100 8"
            preserveAspectRatio="none"
            role="meter"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent.get().to_string()
            aria-valuetext=move || muted.get().then_some("muted")
            data-tone=tone.name()
        >
            <rect class=css::GROUND width="100" height="8"></rect>
            <rect class=css::LEVEL width=move || percent.get().to_string() height="8"></rect>
        </svg>
    }
}
