//! Giving files: dropped or chosen, sent piece by piece, each with its progress and what came of it.

mod files;
mod queue;
mod rows;
mod send;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{DocumentId, Upload};

use self::files::{LocalFile, MOST_FILES};
pub use self::queue::{Order, Queue};
use self::rows::Sendings;
use super::labels;
use super::layout::KnowledgeContext;
use super::paste::PasteText;
use super::websites::AddWebsite;
use crate::components::{Banner, Button, ButtonKind, Field, For, Glyph, Icon, IconButton, Select, Show, TextField, Tone};
use crate::styles::knowledge_upload as css;

/// Ids of the inputs that open the browser's dialogs.
const FILES: &str = "knowledge-files";
const FOLDER: &str = "knowledge-folder";

/// The page's primary action: opens the browser's dialog.
#[component]
pub fn AddFiles() -> impl IntoView {
    view! {
        <span class="js-only">
            <Button kind=ButtonKind::Primary icon=Glyph::Upload on:click=|_| files::open_picker(FILES)>
                "Add files"
            </Button>
        </span>
    }
}

/// Where files are dropped; while the page is open, that is the whole window.
#[component]
pub fn DropZone(
    area: KnowledgeContext,
    /// Only the files on their way are shown: something else is the page's matter now.
    #[prop(into)]
    quiet: Signal<bool>,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let too_many = RwSignal::new(false);
    let collection = RwSignal::new(area.shown.with_untracked(|shown| shown.collection.map(|id| id.to_string()).unwrap_or_default()));
    let tags = RwSignal::new(String::new());
    let give = move |given: Vec<LocalFile>| {
        too_many.set(given.len() >= MOST_FILES);
        let order = Order {
            collection: collection.with_untracked(|id| id.parse().ok()),
            replaces: None,
            tags: tags.with_untracked(|tags| labels::list(tags)),
        };
        area.overview.with_untracked(|overview| area.queue.with_value(|queue| queue.add(given, &order, &overview.uploads)));
    };
    take_drops(over, give);
    let several = move || area.overview.with(|overview| overview.collections.len() > 1);
    view! {
        <section
            class=css::ZONE
            data-over=move || over.get().then_some("")
            data-quiet=move || quiet.get().then_some("")
            data-small=move || area.overview.with(|overview| overview.size.documents > 0).then_some("")
            aria-label="Add files"
        >
            <span class=css::GLYPH><Icon glyph=Glyph::Upload /></span>
            <div class=css::WORDS>
                <p class=css::CALL>"Drop files or folders here"</p>
                <p class=css::KINDS>
                    "PDF, Word, PowerPoint, Excel, OpenDocument, RTF, HTML, Markdown, text, CSV, mail, EPUB and ZIP, up to 100 MB each."
                </p>
                <noscript>"Adding files needs JavaScript. A text can be pasted without it."</noscript>
            </div>
            <div class=css::WAYS>
                <Chooser id=FILES label="Choose files" on_files=Callback::new(move |event: ev::Event| give(files::chosen(&event))) />
                <Chooser id=FOLDER label="Choose a folder" folder=true on_files=Callback::new(move |event: ev::Event| give(files::chosen(&event))) />
                <PasteText area />
                <AddWebsite area />
            </div>
            <details class=css::ORDER>
                <summary>"Collection and tags of new files"</summary>
                <div class=css::FIELDS>
                    <Show when=several>
                        <Select label="Collection" name="collection" id="upload-collection" choices=area.collections("Default collection") value=collection />
                    </Show>
                    <TextField label="Tags" name="tags" id="upload-tags" value=tags optional=true hint="Between commas." max_length=400 />
                </div>
            </details>
            <Show when=move || too_many.get()>
                <Banner tone=Tone::Warn>{format!("The first {MOST_FILES} files were taken. Add the rest when they are done.")}</Banner>
            </Show>
        </section>
        <Sendings queue=area.queue />
        <Show when=move || !quiet.get()>
            <Unfinished area />
        </Show>
    }
}

/// A button that opens the browser's dialog, and the input behind it.
#[component]
fn Chooser(id: &'static str, label: &'static str, #[prop(optional)] folder: bool, on_files: Callback<ev::Event>) -> impl IntoView {
    view! {
        <span class="js-only">
            <input
                id=id
                type="file"
                hidden=true
                aria-label=label
                multiple=true
                prop:webkitdirectory=folder
                on:change=move |event| on_files.run(event)
            />
            <Button small=true on:click=move |_| files::open_picker(id)>{label}</Button>
        </span>
    }
}

/// A button that gives a document's next version, with how that goes.
#[component]
pub fn Replace(document: DocumentId, queue: StoredValue<Queue>, unfinished: Signal<Vec<Upload>>) -> impl IntoView {
    const INPUT: &str = "knowledge-replace";
    let give = move |event: ev::Event| {
        // The browser's dialog hands out one file.
        let given = files::chosen(&event);
        let order = Order { replaces: Some(document), ..Order::default() };
        unfinished.with_untracked(|unfinished| queue.with_value(|queue| queue.add(given, &order, unfinished)));
    };
    view! {
        <div class="js-only">
            <Field id=INPUT label="A new file" hint="The old text answers until the new one is ready. The old file stays in the history.">
                <input id=INPUT class=css::CHOOSE type="file" on:change=give />
            </Field>
        </div>
        <Sendings queue replaces=document />
    }
}

/// Makes the whole window take files. A drop that nobody takes would load the file in place of the page.
fn take_drops(over: RwSignal<bool>, give: impl Fn(Vec<LocalFile>) + Copy + 'static) {
    let drag = window_event_listener(ev::dragover, move |event| {
        if files::carries_files(&event) {
            event.prevent_default();
            over.set(true);
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let drop = window_event_listener(ev::drop, move |event| {
        if !files::carries_files(&event) {
            return;
        }
        event.prevent_default();
        over.set(false);
        let dropped = files::dropped(&event);
        spawn_local(async move { give(dropped.files().await) });
    });
    on_cleanup(move || {
        drag.remove();
        leave.remove();
        drop.remove();
    });
}

/// Files that this person began to send and that no queue is sending now.
#[component]
fn Unfinished(area: KnowledgeContext) -> impl IntoView {
    let left = move || {
        let uploads = area.overview.with(|overview| overview.uploads.clone());
        area.queue.with_value(|queue| uploads.into_iter().filter(|upload| !queue.has(upload.id)).collect::<Vec<_>>())
    };
    view! {
        <Show when=move || !left().is_empty()>
            <section class=css::UNFINISHED aria-labelledby="unfinished">
                <h2 id="unfinished" class=css::HEADING>"Not finished"</h2>
                <p class="soft small">"Choose the same file again in this browser: it goes on where it stopped."</p>
                <ul class=css::LIST>
                    <For
                        each=left
                        key=|upload| (upload.id, upload.received)
                        children=move |upload| view! { <UnfinishedRow area upload /> }
                    />
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn UnfinishedRow(area: KnowledgeContext, upload: Upload) -> impl IntoView {
    let id = upload.id;
    let label = format!("Throw away {}", upload.file_name);
    view! {
        <li class=css::ROW>
            <div class=css::FILE>
                <span class="truncate">{upload.file_name}</span>
                <span class="soft small">{format!("{} of {} arrived", labels::size(upload.received), labels::size(upload.bytes))}</span>
            </div>
            <span class="js-only">
                <IconButton glyph=Glyph::Trash label small=true on:click=move |_| area.throw_away(id) />
            </span>
        </li>
    }
}
