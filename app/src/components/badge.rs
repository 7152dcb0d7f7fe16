//! A word that marks something.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::styles::badge as css;

/// What a badge or a banner means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Neutral,
    /// The product's own accent.
    Accent,
    /// It worked, or it is well.
    Good,
    /// Look at it.
    Warn,
    /// It failed, or it is dangerous.
    Bad,
    /// Good to know.
    Info,
    /// The rep's channel.
    Rep,
    /// The customer's channel.
    Customer,
}

impl Tone {
    /// As `data-tone` in css.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Rep => "rep",
            Self::Customer => "customer",
        }
    }

    pub(super) const fn glyph(self) -> Glyph {
        match self {
            Self::Good => Glyph::Good,
            Self::Warn => Glyph::Warning,
            Self::Bad => Glyph::Bad,
            _ => Glyph::Info,
        }
    }
}

/// A short mark. Never the only carrier of a meaning: it holds words, not just a colour.
#[component]
pub fn Badge(
    /// What it means.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// Before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// A dot before the words, for states.
    #[prop(optional)]
    dot: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <span class=css::BADGE data-tone=move || tone.get().name()>
            {dot.then(|| view! { <span class=css::DOT></span> })}
            {icon.map(|glyph| view! { <Icon glyph /> })}
            {children()}
        </span>
    }
}
