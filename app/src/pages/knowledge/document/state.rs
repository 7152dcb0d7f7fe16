//! What stands between a document and its answers, and what to do about it.

use leptos::prelude::*;
use model::DocumentState;

use super::DocumentContext;
use crate::components::{Banner, Button, ButtonKind, FormError, Glyph, Show, TextField, Tone, field_error};
use crate::pages::knowledge::documents::Steps;
use crate::pages::knowledge::labels;
use crate::rpc::ActionForm;
use crate::styles::knowledge_document as css;

#[component]
pub fn State(shared: DocumentContext) -> impl IntoView {
    let known = Memo::new(move |_| {
        shared
            .detail
            .with(|detail| (detail.document.state, detail.document.problem.clone(), detail.document.passages, detail.document.version))
    });
    let steps = Memo::new(move |_| shared.detail.with(|detail| (detail.steps.clone(), detail.document.format.clone())));
    let notes = Memo::new(move |_| shared.detail.with(|detail| detail.document.notes.clone()));
    let moving = move || labels::on_its_way(known.get().0);
    view! {
        <div class=css::STATES>
            <Show when=moving>
                {move || {
                    let (steps, format) = steps.get();
                    view! { <Steps steps format /> }
                }}
                <noscript>"Reload the page in a moment."</noscript>
            </Show>
            {move || {
                let (state, problem, passages, version) = known.get();
                let old_answers = (version > 1 && passages > 0 && state != DocumentState::Ready).then(|| {
                    let sentence = match state {
                        DocumentState::Failed => "The text of the version before still answers. Give another file, or try again.",
                        DocumentState::Locked => "The text of the version before answers until the password is given.",
                        _ => "Until the new version is ready, the text of the one before answers.",
                    };
                    view! { <p class="soft small">{sentence}</p> }
                });
                let banner = match state {
                    DocumentState::Failed => view! { <Failed shared problem /> }.into_any(),
                    DocumentState::Locked => view! { <Locked shared problem /> }.into_any(),
                    DocumentState::Review => view! { <Review shared /> }.into_any(),
                    _ => ().into_any(),
                };
                view! { {banner} {old_answers} }
            }}
            {move || {
                let notes = notes.get();
                (!notes.is_empty()).then(|| view! {
                    <Banner tone=Tone::Info title="Good to know">
                        <ul class=css::NOTES>{notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
                    </Banner>
                })
            }}
        </div>
    }
}

#[component]
fn Failed(shared: DocumentContext, problem: String) -> impl IntoView {
    let retry = shared.actions.retry;
    view! {
        <Banner tone=Tone::Bad title="This document could not be read">
            <p>{problem}</p>
            <Show when=move || shared.may_edit()>
                <ActionForm action=retry attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <Button submit=true small=true icon=Glyph::Refresh busy=retry.pending() busy_words="Trying…">"Try again"</Button>
                </ActionForm>
            </Show>
        </Banner>
    }
}

#[component]
fn Locked(shared: DocumentContext, problem: String) -> impl IntoView {
    let unlock = shared.actions.unlock;
    let form = shared.actions.unlock_form;
    let sentence = if problem.is_empty() { "It is encrypted.".to_owned() } else { problem };
    view! {
        <Banner tone=Tone::Warn title="This document needs its password">
            <p>{sentence}</p>
            <Show when=move || shared.may_edit()>
                <ActionForm action=unlock attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <FormError problem=form.problem() fields=&["password"] />
                    <TextField
                        label="Password of the file"
                        name="password"
                        kind="password"
                        autocomplete="off"
                        hint="It is used to read the file and then forgotten."
                        required=true
                        error=field_error(form.problem(), "password")
                    />
                    <Button submit=true small=true icon=Glyph::Key busy=unlock.pending() busy_words="Opening…">"Open it"</Button>
                </ActionForm>
            </Show>
        </Banner>
    }
}

#[component]
fn Review(shared: DocumentContext) -> impl IntoView {
    let accept = shared.actions.accept;
    view! {
        <Banner tone=Tone::Info title="This page waits for review">
            <p>"It was fetched from a website and answers nothing yet. Look at the page, then let it count or delete it."</p>
            <Show when=move || shared.may_edit()>
                <ActionForm action=accept attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <Button kind=ButtonKind::Primary submit=true small=true icon=Glyph::Check busy=accept.pending() busy_words="Accepting…">"Let it count"</Button>
                </ActionForm>
            </Show>
        </Banner>
    }
}
