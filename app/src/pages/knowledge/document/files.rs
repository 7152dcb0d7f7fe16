//! A document's files: the history, a new one, and the end of all of them.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::DocumentContext;
use crate::components::{Button, ButtonKind, For, Glyph, Icon, Time, use_toasts};
use crate::pages::knowledge::api;
use crate::pages::knowledge::upload::Replace;
use crate::pages::knowledge::{file_path, labels};
use crate::rpc::ActionForm;
use crate::styles::knowledge_document as css;

#[component]
pub fn History(shared: DocumentContext) -> impl IntoView {
    let history = Memo::new(move |_| shared.detail.with(|detail| detail.history.clone()));
    view! {
        <section class=css::CARD aria-labelledby="history">
            <h2 id="history" class=css::HEADING>"Versions"</h2>
            <ol class=css::LIST>
                <For
                    each=move || history.get()
                    key=|version| version.version
                    children=move |version| {
                        let name = if version.file_name.is_empty() { format!("Version {}", version.version) } else { version.file_name };
                        view! {
                            <li class=css::ITEM>
                                <a class=css::LINK href=file_path(shared.id, Some(version.version)) rel="external" download="">
                                    <Icon glyph=Glyph::Download />
                                    {name}
                                </a>
                                <span class="soft">
                                    {format!("Version {}, {}, ", version.version, labels::size(version.bytes))}
                                    <Time at=version.created_at with_time=true />
                                </span>
                            </li>
                        }
                    }
                />
            </ol>
        </section>
    }
}

#[component]
pub fn Replacing(shared: DocumentContext) -> impl IntoView {
    let unfinished = Signal::derive(move || shared.overview.with(|overview| overview.uploads.clone()));
    view! {
        <section class=css::CARD aria-labelledby="replace">
            <details class=css::FOLD>
                <summary id="replace">"Replace with a new file"</summary>
                <Replace document=shared.id queue=shared.queue unfinished />
                <noscript>"Replacing a file needs JavaScript."</noscript>
            </details>
        </section>
    }
}

#[component]
pub fn Delete(shared: DocumentContext) -> impl IntoView {
    let delete = shared.actions.delete;
    let navigate = use_navigate();
    let toasts = use_toasts();
    let id = shared.id;
    Effect::new(move |_| {
        if let Some(Ok(())) = delete.value().get() {
            toasts.deleted("Document", move || api::restore_document(id));
            navigate("/knowledge", NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    view! {
        <section class=css::CARD aria-labelledby="delete">
            <details class=css::FOLD>
                <summary id="delete">"Delete this document"</summary>
                <ActionForm action=delete attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <p class="soft small">"No answer cites it any more. You can undo it for a minute; then all its files and passages are gone for good."</p>
                    <Button kind=ButtonKind::Danger submit=true small=true icon=Glyph::Trash busy=delete.pending() busy_words="Deleting…">"Delete"</Button>
                </ActionForm>
            </details>
        </section>
    }
}
