//! The browser's side of [`super`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use leptos::ev;
use leptos::prelude::{document, set_timeout, window};
use model::{Code, Problem, UploadId};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry, HtmlInputElement, Storage};

use super::{MOST_FILES, folder_of, is_litter};

/// How long a wait lasts before it looks whether the network is back.
const LOOK: Duration = Duration::from_millis(500);

thread_local! {
    /// Files of the queue, by their row's number. They live as long as the browser's page, over other pages of the area.
    static KEPT: RefCell<HashMap<u32, Rc<LocalFile>>> = RefCell::new(HashMap::new());
}

/// A file that the person chose.
pub struct LocalFile {
    file: File,
    folder: String,
}

impl LocalFile {
    fn new(file: File, folder: String) -> Self {
        Self { file, folder }
    }

    /// Its name, without folders.
    pub fn name(&self) -> String {
        self.file.name()
    }

    /// The folder that it was chosen with, `/` between names; empty at the top.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Its length.
    pub fn bytes(&self) -> u64 {
        self.file.size() as u64
    }

    /// When it was last changed, as the browser says it: another file of the same name and length has another one.
    pub fn stamp(&self) -> String {
        self.file.last_modified().to_string()
    }

    /// At most `most` bytes from `from` on.
    ///
    /// # Errors
    /// `invalid` if the file was changed, moved or deleted since it was chosen.
    pub async fn read(&self, from: u64, most: u64) -> Result<Vec<u8>, Problem> {
        let gone = |_| {
            Problem::new(Code::Invalid, "This file can't be read any more: it was changed, moved or deleted meanwhile. Choose it again.")
        };
        #[allow(clippy::cast_precision_loss)]
        let (start, end) = (from as f64, from.saturating_add(most) as f64);
        let piece = self.file.slice_with_f64_and_f64(start, end).map_err(gone)?;
        let buffer = JsFuture::from(piece.array_buffer()).await.map_err(gone)?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}

/// The files that were chosen in an input, which is then empty again: the same file can be chosen once more.
pub fn chosen(event: &ev::Event) -> Vec<LocalFile> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return Vec::new() };
    let list = input.files();
    let files = list.iter().flat_map(|list| (0..list.length()).filter_map(|at| list.get(at)));
    let files = files
        .map(|file| {
            let path = Reflect::get(&file, &JsValue::from_str("webkitRelativePath")).ok().and_then(|path| path.as_string());
            LocalFile::new(file, folder_of(&path.unwrap_or_default()))
        })
        .filter(|file| file.folder.is_empty() || !is_litter(&file.name()))
        .take(MOST_FILES)
        .collect();
    input.set_value("");
    files
}

/// What was dropped. Folders are not opened yet.
pub struct Dropped(Vec<Thing>);

enum Thing {
    Entry(FileSystemEntry),
    File(File),
}

/// Whether files are dragged, not text or a picture of the page.
pub fn carries_files(event: &ev::DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&JsValue::from_str("Files"), 0))
}

/// What a drop carries. Call it in the event's handler: afterwards the browser has forgotten it.
pub fn dropped(event: &ev::DragEvent) -> Dropped {
    let Some(items) = event.data_transfer().map(|transfer: DataTransfer| transfer.items()) else { return Dropped(Vec::new()) };
    let things = (0..items.length()).filter_map(|at| items.get(at)).filter(|item| item.kind() == "file").filter_map(|item| {
        match item.webkit_get_as_entry() {
            Ok(Some(entry)) => Some(Thing::Entry(entry)),
            // What comes from no disk, such as a picture of another window, has no entry.
            _ => item.get_as_file().ok().flatten().map(Thing::File),
        }
    });
    Dropped(things.collect())
}

impl Dropped {
    /// All files, those of folders too. What can't be read is left out.
    pub async fn files(self) -> Vec<LocalFile> {
        let mut files = Vec::new();
        let mut waiting: Vec<Thing> = self.0.into_iter().rev().collect();
        while let Some(thing) = waiting.pop() {
            if files.len() >= MOST_FILES {
                break;
            }
            match thing {
                Thing::File(file) => files.push(LocalFile::new(file, String::new())),
                Thing::Entry(entry) if entry.is_directory() => {
                    let entries = entries(entry.unchecked_ref()).await;
                    waiting.extend(entries.into_iter().filter(|entry| !is_litter(&entry.name())).rev().map(Thing::Entry));
                }
                Thing::Entry(entry) => {
                    if let Some(file) = file(entry.unchecked_ref()).await {
                        files.push(LocalFile::new(file, folder_of(&entry.full_path())));
                    }
                }
            }
        }
        files
    }
}

async fn file(entry: &FileSystemFileEntry) -> Option<File> {
    let promise = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

/// All entries of a folder; the browser hands them out in batches.
async fn entries(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let promise = Promise::new(&mut |resolve, reject| {
            // A reader that can't be asked has nothing to give: the promise then ends as an empty batch.
            if reader.read_entries_with_callback_and_callback(&resolve, &reject).is_err() {
                let _ = reject.call0(&JsValue::UNDEFINED);
            }
        });
        let Ok(batch) = JsFuture::from(promise).await else { return all };
        let batch = Array::from(&batch);
        if batch.length() == 0 || all.len() >= MOST_FILES {
            return all;
        }
        all.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}

/// Opens the browser's dialog that belongs to an input.
pub fn open_picker(input: &str) {
    if let Some(input) = document().get_element_by_id(input).and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
        input.click();
    }
}

/// Keeps the file of a row.
pub fn keep(number: u32, file: LocalFile) {
    KEPT.with_borrow_mut(|kept| kept.insert(number, Rc::new(file)));
}

/// The file of a row.
pub fn kept(number: u32) -> Option<Rc<LocalFile>> {
    KEPT.with_borrow(|kept| kept.get(&number).cloned())
}

/// Lets the file of a row go.
pub fn forget(number: u32) {
    KEPT.with_borrow_mut(|kept| kept.remove(&number));
}

/// Remembers in this browser which file an upload is of, or forgets it.
pub fn remember(upload: UploadId, stamp: Option<&str>) {
    let Some(storage) = storage() else { return };
    let key = key(upload);
    // A browser that refuses remembers nothing: the file is then sent from its start.
    let _ = match stamp {
        Some(stamp) => storage.set_item(&key, stamp),
        None => storage.remove_item(&key),
    };
}

/// The stamp of the file that an upload is of, if this browser began it.
pub fn remembered(upload: UploadId) -> Option<String> {
    storage()?.get_item(&key(upload)).ok().flatten()
}

fn key(upload: UploadId) -> String {
    format!("closezly.upload.{upload}")
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Waits; less if the network comes back meanwhile.
pub async fn wait(length: Duration) {
    let online = || window().navigator().on_line();
    let mut was_online = online();
    let mut waited = Duration::ZERO;
    while waited < length {
        pause(LOOK).await;
        waited += LOOK;
        let is_online = online();
        if is_online && !was_online {
            return;
        }
        was_online = is_online;
    }
}

async fn pause(length: Duration) {
    let (sender, receiver) = oneshot::channel::<()>();
    set_timeout(
        move || {
            let _ = sender.send(());
        },
        length,
    );
    let _ = receiver.await;
}
