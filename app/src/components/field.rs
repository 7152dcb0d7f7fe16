//! What surrounds every control: its label, a hint, its error, and how they belong together.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::styles::field as css;

/// One of the answers of a select, a radio group or a segmented control.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// A line below it: what it means, or why it can't be chosen.
    pub detail: Option<String>,
    /// Can't be chosen.
    pub disabled: bool,
}

impl Choice {
    /// A choice that can be taken.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), ..Self::default() }
    }

    /// The same with a line below it.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The same, not to be chosen; `why` is shown.
    pub fn unavailable(self, why: impl Into<String>) -> Self {
        Self { detail: Some(why.into()), disabled: true, ..self }
    }
}

/// The ids that a control refers to.
#[derive(Clone)]
pub(super) struct Wiring {
    pub id: String,
    hint: Option<String>,
    error: Signal<Option<String>>,
}

impl Wiring {
    pub(super) fn new(id: Option<String>, name: &str, hint: Option<&String>, error: Signal<Option<String>>) -> Self {
        let id = id.unwrap_or_else(|| format!("field-{name}"));
        Self { hint: hint.map(|_| format!("{id}-hint")), id, error }
    }

    /// `aria-describedby` of the control: the error first.
    pub(super) fn described_by(&self) -> Option<String> {
        let error = self.error.get().map(|_| format!("{}-error", self.id));
        let ids: Vec<String> = error.into_iter().chain(self.hint.clone()).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// `aria-invalid` of the control.
    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.error.get().map(|_| "true")
    }
}

/// Label, hint and error around a control of your own, whose id is `id`. The other form pieces bring it with them.
#[component]
pub fn Field(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: String,
    /// A line that helps to answer.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    let hint = hint.filter(|hint| !hint.is_empty());
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    view! {
        <div class=css::FIELD>
            <label class=css::LABEL for=id>
                {label}
                {optional.then(|| view! { <span class=css::OPTIONAL>"optional"</span> })}
            </label>
            {children()}
            {hint.map(|hint| view! { <p class=css::HINT id=hint_id>{hint}</p> })}
            <FieldError id=error_id error />
        </div>
    }
}

/// The error below a control. Its place is announced when it fills.
#[component]
pub(super) fn FieldError(id: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class=css::ERROR id=id aria-live="polite">
            {move || {
                error.get().map(|error| view! { <Icon glyph=Glyph::Bad /><span>{error}</span> })
            }}
        </div>
    }
}
