//! Buttons, and links that look like them.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::styles::button as css;

/// How much a button asks for attention. A page has one primary action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The page's main action.
    Primary,
    /// Any other action.
    #[default]
    Secondary,
    /// An action beside content, without an edge.
    Quiet,
    /// Removes something.
    Danger,
}

impl ButtonKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Quiet => "quiet",
            Self::Danger => "danger",
        }
    }
}

/// A button. Give it `on:click` where it is used; in a form say `submit=true`.
#[component]
pub fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Sends its form.
    #[prop(optional)]
    submit: bool,
    /// For bars and tables.
    #[prop(optional)]
    small: bool,
    /// Before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// While true the button says `busy_words` and does nothing.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What is being done, such as "Signing in…".
    #[prop(optional, into)]
    busy_words: String,
    /// Can't be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let busy_words = if busy_words.is_empty() { "Working…".to_owned() } else { busy_words };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=css::BUTTON
            data-kind=kind.name()
            data-small=small.then_some("")
            data-busy=move || busy.get().then_some("")
            aria-disabled=move || busy.get().then_some("true")
            disabled=move || disabled.get()
            on:click:capture=move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                    event.stop_immediate_propagation();
                }
            }
        >
            {icon.map(|glyph| view! { <Icon glyph /> })}
            <span class=css::WORDS>{children()}</span>
            <span class=css::WAITING aria-live="polite">
                {move || busy.get().then(|| busy_words.clone())}
            </span>
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// For bars and tables.
    #[prop(optional)]
    small: bool,
    /// Before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=css::BUTTON data-kind=kind.name() data-small=small.then_some("")>
            {icon.map(|glyph| view! { <Icon glyph /> })}
            <span class=css::WORDS>{children()}</span>
        </a>
    }
}

/// A button that is only an icon. Its label is read out and shown as a title.
#[component]
pub fn IconButton(
    /// Which icon.
    #[prop(into)]
    glyph: Signal<Glyph>,
    /// What it does.
    #[prop(into)]
    label: Signal<String>,
    /// How much it asks for attention.
    #[prop(default = ButtonKind::Quiet)]
    kind: ButtonKind,
    /// For bars and tables.
    #[prop(optional)]
    small: bool,
    /// Sends its form.
    #[prop(optional)]
    submit: bool,
    /// Whether it is switched on; leave out where it is no switch.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// Can't be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=css::BUTTON
            data-kind=kind.name()
            data-icon=""
            data-small=small.then_some("")
            aria-label=move || label.get()
            title=move || label.get()
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            disabled=move || disabled.get()
        >
            {move || view! { <Icon glyph=glyph.get() /> }}
        </button>
    }
}

/// A link in running text.
#[component]
pub fn TextLink(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! { <a href=href class=css::LINK>{children()}</a> }
}
