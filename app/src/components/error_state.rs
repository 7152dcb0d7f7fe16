//! What stands where something failed.

use leptos::prelude::*;
use model::{Code, Problem};

use super::browser::reveal_problem;
use super::{Banner, Button, Glyph, Icon, PageTitle, Tone};
use crate::error::AppError;
use crate::styles::error_state as css;

/// A part of a page that could not be shown: the sentence, and a way to go on. With `retry` it tries again in place;
/// without, or without JavaScript, it reloads the page.
#[component]
pub fn ErrorState(
    /// What failed.
    #[prop(into)]
    error: AppError,
    /// What to do again.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let is_missing = error.code() == Code::NotFound;
    view! {
        // A tab that says what was looked for tells a lie of what isn't there.
        {is_missing.then(|| view! { <PageTitle text="Not found" /> })}
        <div class=css::FAILED role="alert">
            <Icon glyph=Glyph::Bad />
            <p>{error.0.message}</p>
            {match retry {
                Some(retry) => {
                    view! { <Button icon=Glyph::Refresh small=true on:click=move |_| retry.run(())>"Try again"</Button> }
                        .into_any()
                }
                None => view! { <a class=css::RELOAD href="" rel="external">"Reload the page"</a> }.into_any(),
            }}
        </div>
    }
}

/// The problem of a form that belongs to none of its fields, above the fields.
#[component]
pub fn FormError(
    /// The form's problem.
    problem: Signal<Option<Problem>>,
    /// The fields that show their own problem.
    #[prop(default = &[])]
    fields: &'static [&'static str],
) -> impl IntoView {
    // The button that was pressed may be far below: nobody should wonder why nothing happens.
    Effect::new(move |_| {
        if problem.with(Option::is_some) {
            reveal_problem();
        }
    });
    move || {
        let problem = problem.get()?;
        let shown_there = problem.field.as_deref().is_some_and(|field| fields.contains(&field));
        (!shown_there).then(|| view! { <Banner tone=Tone::Bad>{problem.message}</Banner> })
    }
}

/// The problem of an action's last answer, such as `problem_of(action.value())`.
pub fn problem_of<T: Clone + Send + Sync + 'static>(answer: impl Into<Signal<Option<Result<T, AppError>>>>) -> Signal<Option<Problem>> {
    let answer = answer.into();
    Signal::derive(move || answer.with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().err().map(|error| error.0.clone()))))
}

/// The sentence of a problem, if it belongs to `field`.
pub fn field_error(problem: Signal<Option<Problem>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || {
        problem.with(|problem| {
            problem.as_ref().filter(|problem| problem.field.as_deref() == Some(field)).map(|problem| problem.message.clone())
        })
    })
}
