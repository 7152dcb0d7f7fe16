//! The head of a review: title, people, kind, date, length, and how to rename.

use leptos::prelude::*;

use super::ReviewContext;
use crate::components::{Badge, Button, ButtonKind, Glyph, PageTitle, TextField, Time, Tone, field_error};
use crate::pages::calls::words;
use crate::rpc::ActionForm;
use crate::styles::calls_review_header as css;

#[component]
pub fn Header(shared: ReviewContext) -> impl IntoView {
    let call = shared.call();
    let rename = shared.actions.patch;
    let problem = shared.actions.problem;
    let people = move || {
        call.with(|call| {
            let people: Vec<_> = [&call.contact_name, &call.company].into_iter().filter(|name| !name.is_empty()).cloned().collect();
            if people.is_empty() { "No contact given".to_owned() } else { people.join(", ") }
        })
    };
    view! {
        <PageTitle text=move || call.with(|call| call.title.clone()) />
        <header class=css::HEADER>
            <div class=css::LINE>
                <h1 class=css::TITLE>{move || call.with(|call| call.title.clone())}</h1>
                {move || call.with(|call| words::source(call.source)).map(|source| view! { <Badge tone=Tone::Info>{source}</Badge> })}
            </div>
            <p class=css::FACTS>
                <span>{people}</span>
                <span>{move || call.with(|call| call.kind.label())}</span>
                {move || {
                    let (at, length) = call.with(|call| (call.started_at.unwrap_or(call.created_at), call.duration_ms));
                    view! { <span><Time at with_time=true /></span><span>{words::length(length)}</span> }
                }}
            </p>
            <details class=css::RENAME>
                <summary>"Rename, or set the time zone"</summary>
                <ActionForm action=rename attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <TextField label="Title" name="patch[title]" id="review-title" initial=call.with_untracked(|call| call.title.clone()) required=true max_length=200 error=field_error(problem, "title") />
                    <TextField label="Contact" name="patch[contact_name]" id="review-contact" initial=call.with_untracked(|call| call.contact_name.clone()) max_length=120 error=field_error(problem, "contact_name") />
                    <TextField label="Company" name="patch[company]" id="review-company" initial=call.with_untracked(|call| call.company.clone()) max_length=120 error=field_error(problem, "company") />
                    <TextField label="Time zone" name="patch[time_zone]" id="review-time-zone" optional=true hint="What “tomorrow” and “by Friday” mean in this call." initial=call.with_untracked(|call| call.time_zone.clone()) max_length=50 error=field_error(problem, "time_zone") />
                    <Button kind=ButtonKind::Primary submit=true icon=Glyph::Check busy=rename.pending() busy_words="Saving…">"Save"</Button>
                </ActionForm>
            </details>
        </header>
    }
}
