//! Pasting a text.

use leptos::prelude::*;
use model::{Given, Problem};

use super::layout::KnowledgeContext;
use super::path;
use crate::components::{
    Button, ButtonKind, Dialog, DialogActions, FormError, Glyph, Select, TextArea, TextField, field_error, use_toasts,
};
use crate::rpc::ActionForm;
use crate::styles::knowledge_paste as css;

/// What a request may carry of a form, with room for its other fields.
const MOST_ENCODED: usize = 1_000_000;
const FIELDS: &[&str] = &["title", "text", "tags", "collection"];

/// A button that opens a form for a text. Without JavaScript the form stands in the page.
#[component]
pub fn PasteText(area: KnowledgeContext) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(Ok(Given { duplicate, .. })) = area.actions.text.value().get() {
            open.set(false);
            toasts.done(if duplicate { "This text is here already" } else { "Text added" });
        }
    });
    view! {
        <span class="js-only">
            <Button small=true on:click=move |_| open.set(true)>"Paste text"</Button>
        </span>
        <Dialog open title="Paste text" id="paste-text">
            <TextForm area id="pasted" on_cancel=Callback::new(move |()| open.set(false)) />
        </Dialog>
        <details class=css::PLAIN open=area.actions.text_form.problem().with_untracked(Option::is_some)>
            <summary>"Paste text"</summary>
            <TextForm area id="plain" />
        </details>
    }
}

#[component]
fn TextForm(area: KnowledgeContext, id: &'static str, #[prop(optional)] on_cancel: Option<Callback<()>>) -> impl IntoView {
    let action = area.actions.text;
    let form = area.actions.text_form;
    let too_long = RwSignal::new(false);
    let answered = form.problem();
    let problem = Signal::derive(move || {
        if too_long.get() {
            return Some(Problem::of_field("text", "This text is too long to paste. Save it as a file, and add the file."));
        }
        answered.get()
    });
    let text = RwSignal::new(form.typed("text"));
    let title = RwSignal::new(form.typed("title"));
    let tags = RwSignal::new(form.typed("tags"));
    Effect::new(move |_| {
        if let Some(Ok(_)) = action.value().get() {
            for field in [text, title, tags] {
                field.set(String::new());
            }
        }
    });
    let chosen = area.shown.with_untracked(|shown| shown.collection.map(|id| id.to_string()).unwrap_or_default());
    view! {
        <ActionForm
            action
            attr:class="stack"
            on:submit:capture=move |event| {
                let is = text.with_untracked(|text| encoded(text)) > MOST_ENCODED;
                too_long.set(is);
                if is {
                    event.prevent_default();
                }
            }
        >
            <FormError problem fields=FIELDS />
            <TextField label="Title" name="title" id=format!("{id}-title") value=title required=true max_length=200 error=field_error(problem, "title") />
            <div class=css::TEXT>
                <TextArea
                    label="Text"
                    name="text"
                    id=format!("{id}-text")
                    value=text
                    required=true
                    hint="Plain text or Markdown. Headings become places that an answer can name."
                    error=field_error(problem, "text")
                />
            </div>
            <TextField label="Tags" name="tags" id=format!("{id}-tags") value=tags optional=true hint="Between commas." max_length=400 error=field_error(problem, "tags") />
            <Select label="Collection" name="collection" id=format!("{id}-collection") choices=area.collections("Default collection") initial=chosen error=field_error(problem, "collection") />
            <DialogActions>
                {on_cancel.map(|on_cancel| view! { <Button on:click=move |_| on_cancel.run(())>"Cancel"</Button> })}
                <Button kind=ButtonKind::Primary submit=true icon=Glyph::Plus busy=action.pending() busy_words="Adding…">"Add the text"</Button>
            </DialogActions>
        </ActionForm>
        {move || action.value().get().and_then(Result::ok).map(|given| view! {
            <p class="small soft">"Added: " <a class=css::OPEN href=path(given.document)>"open it"</a></p>
        })}
    }
}

/// Bytes of a text in a form that is being sent.
fn encoded(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'*' | b'-' | b'.' | b'_') { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_makes_of_a_text_is_longer() {
        assert_eq!(encoded("plain words-1.0"), 15);
        assert_eq!(encoded("a\n€"), 1 + 3 + 9);
    }
}
