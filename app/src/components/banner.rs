//! A sentence across a page or a card: what happened, and what to do.

use leptos::prelude::*;

use super::{Icon, Tone};
use crate::styles::banner as css;

/// A banner. Bad ones are announced at once, others when there is time.
#[component]
pub fn Banner(
    /// What it means.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// What happened, in a few words.
    #[prop(optional, into)]
    title: Option<String>,
    /// Buttons at its end.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    /// The sentence.
    children: Children,
) -> impl IntoView {
    view! {
        <div
            class=css::BANNER
            data-tone=move || tone.get().name()
            role=move || if tone.get() == Tone::Bad { "alert" } else { "status" }
        >
            {move || view! { <Icon glyph=tone.get().glyph() /> }}
            <div class=css::WORDS>
                {title.map(|title| view! { <p class=css::TITLE>{title}</p> })}
                <div>{children()}</div>
            </div>
            {actions.map(|actions| view! { <div class=css::ACTIONS>{actions.run()}</div> })}
        </div>
    }
}
