//! What is changed of a document by hand: title, tags, collection, and what in a call it is shown for.

use leptos::prelude::*;
use model::{BindingKind, Topic};

use super::DocumentContext;
use crate::components::{Button, Checkbox, Choice, FormError, Glyph, Select, TextField, field_error};
use crate::pages::knowledge::labels;
use crate::rpc::ActionForm;
use crate::styles::knowledge_document as css;

#[component]
pub fn About(shared: DocumentContext) -> impl IntoView {
    let edit = shared.actions.edit;
    let problem = shared.actions.edit_form.problem();
    let (title, tags, collection) = shared
        .detail
        .with_untracked(|detail| (detail.document.title.clone(), detail.document.tags.join(", "), detail.collection.id.to_string()));
    let collections = Signal::derive(move || {
        let collections = shared.overview.with(|overview| overview.collections.clone());
        collections.into_iter().map(|collection| Choice::new(collection.id.to_string(), collection.name)).collect::<Vec<_>>()
    });
    view! {
        <section class=css::CARD aria-labelledby="about">
            <details class=css::FOLD open=problem.with_untracked(Option::is_some)>
                <summary id="about">"Title, tags, collection"</summary>
                <ActionForm action=edit attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <FormError problem fields=&["title", "tags", "collection"] />
                    <TextField label="Title" name="title" initial=title required=true max_length=200 error=field_error(problem, "title") />
                    <TextField label="Tags" name="tags" initial=tags optional=true hint="Between commas." max_length=900 error=field_error(problem, "tags") />
                    <Select label="Collection" name="collection" choices=collections initial=collection error=field_error(problem, "collection") />
                    <Button submit=true small=true icon=Glyph::Check busy=edit.pending() busy_words="Saving…">"Save"</Button>
                </ActionForm>
            </details>
        </section>
    }
}

#[component]
pub fn Bindings(shared: DocumentContext) -> impl IntoView {
    let bind = shared.actions.bind;
    let problem = shared.actions.bind_form.problem();
    let bindings = Memo::new(move |_| shared.detail.with(|detail| detail.bindings.clone()));
    let bound = |kind: BindingKind| -> Vec<String> {
        bindings.with_untracked(|bindings| {
            bindings.iter().filter(|binding| binding.kind == kind).map(|binding| binding.value.clone()).collect()
        })
    };
    let (topics, competitors) = (bound(BindingKind::Topic), bound(BindingKind::Competitor));
    // A topic that the list doesn't know stays bound until somebody unticks it.
    let known = shared.overview.with_untracked(|overview| overview.topics.clone());
    let unknown = topics.iter().filter(|topic| !known.iter().any(|known| known.id == **topic));
    let unknown: Vec<Topic> = unknown.map(|topic| Topic { id: topic.clone(), title: topic.clone() }).collect();
    let boxes = known.into_iter().chain(unknown).map(|Topic { id, title }| {
        let ticked = topics.contains(&id);
        view! { <Checkbox label=title name="topics[]" value=id initial=ticked /> }
    });
    let boxes = boxes.collect_view();
    let summary = move || match bindings.with(Vec::len) {
        0 => "Shown in calls when it answers".to_owned(),
        count => format!("Shown first in calls: {}", labels::counted(count.try_into().unwrap_or(0), "occasion")),
    };
    view! {
        <section class=css::CARD aria-labelledby="bindings">
            <details class=css::FOLD open=problem.with_untracked(Option::is_some)>
                <summary id="bindings">{summary}</summary>
                <ActionForm action=bind attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <FormError problem />
                    <fieldset>
                        <legend class=css::LEGEND>"Look here first when the customer sets off"</legend>
                        <div class=css::BOXES>{boxes}</div>
                    </fieldset>
                    <TextField label="Or names a competitor" name="competitors" initial=competitors.join(", ") optional=true hint="Names between commas." max_length=2000 />
                    <Button submit=true small=true icon=Glyph::Check busy=bind.pending() busy_words="Saving…">"Save"</Button>
                </ActionForm>
            </details>
        </section>
    }
}
