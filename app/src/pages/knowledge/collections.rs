//! Collections: who may use what.

use leptos::prelude::*;
use model::{Collection, CollectionAccess, CollectionId};

use super::labels;
use super::layout::KnowledgeContext;
use super::list_query::DocumentListQuery;
use crate::components::{
    Badge, Button, ButtonKind, Choice, For, FormError, Glyph, ListQuery as _, Select, Show, TextField, Tone, field_error, row_of,
};
use crate::rpc::ActionForm;
use crate::styles::knowledge_sidebar as css;

/// The collections, with how to make and change them for those who may.
#[component]
pub fn Collections(area: KnowledgeContext) -> impl IntoView {
    let collections = Memo::new(move |_| area.overview.with(|overview| overview.collections.clone()));
    let chosen = Memo::new(move |_| area.shown.with(|shown| shown.collection));
    view! {
        <section class=css::CARD aria-labelledby="collections">
            <h2 id="collections" class=css::HEADING>"Collections"</h2>
            <ul class=css::LINKS>
                <For
                    each=move || collections.get()
                    key=|collection| collection.id
                    children=move |collection| view! { <Item area collection=row_of(collections, collection, |collection| collection.id) chosen /> }
                />
            </ul>
            <Show when=move || area.may_edit()>
                <details class=css::FOLD open=area.actions.create_form.problem().with_untracked(Option::is_some)>
                    <summary>"New collection"</summary>
                    <Create area />
                </details>
            </Show>
        </section>
    }
}

#[component]
fn Item(area: KnowledgeContext, collection: Memo<Collection>, chosen: Memo<Option<CollectionId>>) -> impl IntoView {
    let id = collection.with_untracked(|collection| collection.id);
    let href = DocumentListQuery { collection: Some(id), ..DocumentListQuery::default() }.url();
    let documents = move || collection.with(|collection| collection.documents);
    view! {
        <li class=css::ITEM>
            <a class=css::LINK href=href aria-current=move || (chosen.get() == Some(id)).then_some("true")>
                <span class="truncate">{move || collection.with(|collection| collection.name.clone())}</span>
                {move || collection.with(|collection| collection.access == CollectionAccess::Admins).then(|| view! { <Badge tone=Tone::Warn>"Admins"</Badge> })}
                <span class=css::COUNT title=move || labels::counted(documents(), "document")>{move || labels::grouped(documents())}</span>
            </a>
            <Show when=move || area.may_edit()>
                <Change area collection />
            </Show>
        </li>
    }
}

fn access_choices() -> Vec<Choice> {
    vec![
        Choice::new(CollectionAccess::Everybody.as_str(), "Everybody in the organization"),
        Choice::new(CollectionAccess::Admins.as_str(), "Owners and admins, not in calls"),
    ]
}

#[component]
fn Create(area: KnowledgeContext) -> impl IntoView {
    let action = area.actions.create_collection;
    let form = area.actions.create_form;
    let name = RwSignal::new(form.typed("name"));
    Effect::new(move |_| {
        if let Some(Ok(_)) = action.value().get() {
            name.set(String::new());
        }
    });
    view! {
        <ActionForm action attr:class=css::FORM>
            <FormError problem=form.problem() fields=&["name"] />
            <TextField label="Name" name="name" id="new-collection" value=name required=true max_length=80 error=field_error(form.problem(), "name") />
            <Select label="Who may use it" name="access" id="new-access" initial=CollectionAccess::Everybody.to_string() choices=access_choices() />
            <Button submit=true small=true icon=Glyph::Plus busy=action.pending() busy_words="Making…">"Make the collection"</Button>
        </ActionForm>
    }
}

#[component]
fn Change(area: KnowledgeContext, collection: Memo<Collection>) -> impl IntoView {
    let Collection { id, name, access, .. } = collection.get_untracked();
    let (edit, delete) = (area.actions.edit_collection, area.actions.delete_collection);
    let form = area.actions.edit_form;
    // Only the collection that was sent shows what was wrong with it.
    let mine = form.typed("id") == id.to_string();
    let sent = area.actions.edited;
    let problem = Signal::derive(move || form.problem().get().filter(|_| sent.get().map_or(mine, |sent| sent == id)));
    let goes_too = move || match collection.with(|collection| collection.documents) {
        0 => "It is empty.".to_owned(),
        documents => format!("{} in it will be gone, with their files. This can't be undone.", labels::counted(documents, "document")),
    };
    view! {
        <details class=css::FOLD open=mine>
            <summary aria-label=move || collection.with(|collection| format!("Change {}", collection.name))>"Change"</summary>
            <ActionForm action=edit attr:class=css::FORM on:submit=move |_| sent.set(Some(id))>
                <input type="hidden" name="id" value=id.to_string() />
                <FormError problem fields=&["name"] />
                <TextField label="Name" name="name" id=format!("collection-{id}") initial=name required=true max_length=80 error=field_error(problem, "name") />
                <Select label="Who may use it" name="access" id=format!("access-{id}") initial=access.to_string() choices=access_choices() />
                <Button submit=true small=true icon=Glyph::Check busy=edit.pending() busy_words="Saving…">"Save"</Button>
            </ActionForm>
            <details class=css::FOLD>
                <summary>"Delete this collection"</summary>
                <ActionForm action=delete attr:class=css::FORM>
                    <input type="hidden" name="id" value=id.to_string() />
                    <p class="soft small">{goes_too}</p>
                    <Button kind=ButtonKind::Danger submit=true small=true icon=Glyph::Trash busy=delete.pending() busy_words="Deleting…">"Delete for good"</Button>
                </ActionForm>
            </details>
        </details>
    }
}
