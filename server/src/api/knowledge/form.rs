//! A file as `multipart/form-data`: its fields, then the file itself, which is handed on while it comes.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::BoxError;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use domain::{Actor, Kernel, knowledge};
use futures::channel::{mpsc, oneshot};
use futures::future::{Either, FutureExt, select};
use futures::{SinkExt, StreamExt};
use http::StatusCode;
use model::{Code, CollectionId, DocumentId, Given, NewUpload, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::web::body;
use crate::web::problem::Failure;

/// The field that is the file.
const FILE: &str = "file";
/// Most bytes of another field.
const MAX_FIELD: usize = 16 * 1024;
/// Most bytes between two things that make sense: the headers of a field. Without this a form of headers only would be kept
/// in memory.
const MAX_UNCLAIMED: usize = 2 * 1024 * 1024;

/// A file with what is known of it. The file is the last field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "for the OpenAPI document: the form is read as it comes")]
pub struct FileForm {
    /// The collection that it goes to; without it the first one.
    collection: Option<CollectionId>,
    /// The document whose next version it is. Its collection and its tags stay.
    replaces: Option<DocumentId>,
    /// The folder that it comes from, `/` between names.
    #[schema(max_length = 1000, pattern = "line")]
    folder: Option<String>,
    /// Words for it, with commas between them: at most 20 of 1 to 40 characters. The field may come several times.
    tags: Option<String>,
    /// The file, with its name; 1 byte to 100 MB.
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// A file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "for the OpenAPI document: the form is read as it comes")]
pub struct VersionForm {
    /// The file, with its name; 1 byte to 100 MB.
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Takes the file of a form; as the next version of `replaces`, then without other fields.
///
/// # Errors
/// What is wrong with the form, else what the domain says. Nothing is kept then.
pub async fn give(services: &Kernel, scope: &Actor, request: Request, replaces: Option<DocumentId>) -> Result<Given, Failure> {
    let form = Form::of(request).await?;
    let (announce, announced) = oneshot::channel();
    let (pieces, content) = mpsc::channel(0);
    let reading = std::pin::pin!(form.read(replaces, announce, pieces));
    let giving = std::pin::pin!(async {
        match announced.await {
            Ok(Announced { file, tags }) => Some(knowledge::give_file(services, scope, file, tags, content).await),
            Err(oneshot::Canceled) => None,
        }
    });
    let given = match select(giving, reading).await {
        // The file isn't wanted, whatever may follow; or it broke off, and the form knows why.
        Either::Left((given, reading)) => {
            if let Some(Err(failure)) = reading.now_or_never() {
                return Err(failure);
            }
            given
        }
        Either::Right((read, giving)) => {
            // It clears away what it has of a file that broke off.
            let given = giving.await;
            read?;
            given
        }
    };
    let given = given.ok_or_else(|| Problem::of_field(FILE, "The form has no file. Send it as the last field, “file”."))?;
    Ok(given?)
}

/// What is known of a file when it begins.
struct Announced {
    file: NewUpload,
    tags: Vec<String>,
}

struct Form {
    parts: Multipart,
    unclaimed: Arc<AtomicUsize>,
}

impl Form {
    async fn of(request: Request) -> Result<Self, Failure> {
        let unclaimed = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&unclaimed);
        let request = request.map(|body| {
            Body::from_stream(body.into_data_stream().map(move |piece| {
                let piece = piece.map_err(BoxError::from)?;
                if counted.fetch_add(piece.len(), Ordering::Relaxed) > MAX_UNCLAIMED {
                    return Err(Endless.into());
                }
                Ok::<_, BoxError>(piece)
            }))
        });
        let parts = Multipart::from_request(request, &()).await.map_err(|_| {
            bad_request("The form has no boundary: its “Content-Type” must be “multipart/form-data; boundary=…”, as HTTP clients write it.")
        })?;
        Ok(Self { parts, unclaimed })
    }

    /// Reads the fields, announces the file, hands its content on, and looks that nothing stands behind it.
    async fn read(
        mut self,
        replaces: Option<DocumentId>,
        announce: oneshot::Sender<Announced>,
        mut pieces: mpsc::Sender<std::io::Result<Bytes>>,
    ) -> Result<(), Failure> {
        let mut fields = Fields::new(replaces);
        while let Some(mut field) = self.parts.next_field().await.map_err(|error| unreadable(&error))? {
            self.unclaimed.store(0, Ordering::Relaxed);
            let name = field.name().unwrap_or_default().to_owned();
            if name != FILE {
                fields.check(&name)?;
                let text = text(&mut field, &name, &self.unclaimed).await?;
                fields.take(&name, &text)?;
                continue;
            }
            let Some(file_name) = field.file_name() else {
                return Err(Problem::of_field(FILE, "The field “file” needs a file name, in UTF-8.").into());
            };
            // Whoever waits for it is gone if the request is.
            let _ = announce.send(fields.announce(file_name));
            let mut done = hand_on(&mut field, &mut pieces, &self.unclaimed).await;
            drop(field);
            if matches!(done, Ok(HandedOn::Whole)) {
                done = self.end().await.map(|()| HandedOn::Whole);
            }
            if done.is_err() {
                // So that the file isn't kept.
                let _ = pieces.send(Err(std::io::Error::other("the form is broken"))).await;
            }
            return done.map(drop);
        }
        Ok(())
    }

    /// Nothing may stand behind the file: it would come too late.
    async fn end(&mut self) -> Result<(), Failure> {
        let Some(field) = self.parts.next_field().await.map_err(|error| unreadable(&error))? else { return Ok(()) };
        Err(match field.name().unwrap_or_default() {
            FILE => Problem::of_field(FILE, "The form has two files. Send each in a request of its own."),
            name => {
                let name = shown(name);
                Problem::of_field(&name, format!("The fields come before the file: send “{name}” ahead of “file”."))
            }
        }
        .into())
    }
}

/// Whether a file was handed on to its end.
enum HandedOn {
    Whole,
    /// Nobody wants the rest.
    Refused,
}

async fn hand_on(
    field: &mut Field<'_>,
    pieces: &mut mpsc::Sender<std::io::Result<Bytes>>,
    unclaimed: &AtomicUsize,
) -> Result<HandedOn, Failure> {
    while let Some(piece) = field.chunk().await.map_err(|error| unreadable(&error))? {
        unclaimed.store(0, Ordering::Relaxed);
        if pieces.send(Ok(piece)).await.is_err() {
            return Ok(HandedOn::Refused);
        }
    }
    Ok(HandedOn::Whole)
}

async fn text(field: &mut Field<'_>, name: &str, unclaimed: &AtomicUsize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| unreadable(&error))? {
        unclaimed.store(0, Ordering::Relaxed);
        if bytes.len() + piece.len() > MAX_FIELD {
            return Err(Problem::of_field(name, format!("The field “{name}” is too long.")).into());
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Problem::of_field(name, format!("The field “{name}” is no text in UTF-8.")).into())
}

/// The fields before the file.
#[derive(Default)]
struct Fields {
    /// A version of what the address names: it has no other fields.
    version_of: Option<DocumentId>,
    collection: Option<CollectionId>,
    replaces: Option<DocumentId>,
    folder: Option<String>,
    tags: Vec<String>,
    seen: Vec<String>,
}

impl Fields {
    fn new(version_of: Option<DocumentId>) -> Self {
        Self { version_of, ..Self::default() }
    }

    /// Before a field is read: whether it may be there.
    fn check(&mut self, name: &str) -> Result<(), Problem> {
        if name.is_empty() {
            return Err(Problem::new(Code::Invalid, "Each field of the form needs a name."));
        }
        let known: &[&str] = if self.version_of.is_some() { &[] } else { &["collection", "replaces", "folder", "tags"] };
        if !known.contains(&name) {
            let name = shown(name);
            let takes =
                if known.is_empty() { "It takes “file” only." } else { "It takes collection, replaces, folder, tags and, last, file." };
            return Err(Problem::of_field(&name, format!("The form has no field “{name}”. {takes}")));
        }
        if name != "tags" && self.seen.iter().any(|seen| seen == name) {
            return Err(Problem::of_field(name, format!("The field “{name}” stands in the form twice. Send it once.")));
        }
        self.seen.push(name.to_owned());
        Ok(())
    }

    fn take(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        match name {
            "collection" => self.collection = id(name, text)?,
            "replaces" => self.replaces = id(name, text)?,
            "folder" => self.folder = Some(text.to_owned()),
            _ => self.tags.extend(text.split(',').map(str::to_owned)),
        }
        Ok(())
    }

    fn announce(self, file_name: &str) -> Announced {
        let file = NewUpload {
            collection: self.collection,
            replaces: self.version_of.or(self.replaces),
            file_name: file_name.to_owned(),
            folder: self.folder.unwrap_or_default(),
            bytes: 0,
        };
        Announced { file, tags: self.tags }
    }
}

/// An id; none if the field is empty, as pages send it.
fn id<T: FromStr>(name: &str, text: &str) -> Result<Option<T>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Problem::of_field(name, format!("The field “{name}” is no id.")))
}

/// A name that somebody sent, so that it can stand in a sentence.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn unreadable(error: &MultipartError) -> Failure {
    if body::is_too_slow(error) {
        return body::too_slow();
    }
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return body::form_too_large();
    }
    bad_request("The form can't be read, or it broke off. Nothing was kept; send it again.")
}

fn bad_request(sentence: &str) -> Failure {
    Failure::new(Code::Invalid, sentence).with_status(StatusCode::BAD_REQUEST)
}

/// The form goes on and on, and nothing of it makes sense.
#[derive(Debug)]
struct Endless;

impl std::fmt::Display for Endless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the headers of a field don't end")
    }
}

impl std::error::Error for Endless {}
