//! How pages speak with the server: one codec for all that goes back and forth.
//!
//! Code that reads or writes a type is made anew for each format, so each format that the browser knows makes every page heavier
//! ([ADR 4](../../docs/adr/0004-split-wasm.md)). The browser knows one, Postcard: for what it asks ([`Rpc`]), for what comes along with a page
//! ([`resource`], [`Packed`]) and on a live call's socket. What it only passes on it doesn't read at all: a form goes as it was filled in
//! ([`ActionForm`]). The server knows three: forms and JSON as well, for pages without JavaScript and for programs.
//!
//! Postcard has no names of fields, so both sides must mean the same by it: a page that was loaded before an update says which [`SCHEMA`] it
//! speaks, and is told to load itself again where that is another one.

mod action;
#[cfg(feature = "hydrate")]
mod browser;
mod packed;
#[cfg(feature = "ssr")]
mod server;

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::server::Server;
use leptos::server_fn::{Protocol, ServerFn};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::action::{ActionForm, FormAction};
pub use self::packed::Packed;
use crate::error::AppError;

/// What the types that cross the wire look like in this build (`build.rs`): a hash of the sources that declare them.
pub const SCHEMA: &str = env!("CLOSEZLY_SCHEMA");
/// The media type of what is packed.
const PACKED: &str = "application/x-postcard";

/// What was asked for along with a page.
pub type Loaded<T> = Resource<Result<T, AppError>, Packed>;

/// The protocol of server functions: `#[server(protocol = Rpc)]`.
pub struct Rpc;

/// What is on its way.
type Answer<T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send>>;

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A form as it was filled in.
    Form(String),
    /// A server function's arguments.
    Packed(Vec<u8>),
}

impl<I, O, C, S> Protocol<I, O, C, S, AppError> for Rpc
where
    I: Serialize + DeserializeOwned + Send,
    O: Serialize + DeserializeOwned + Send,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: http::Method = http::Method::POST;

    #[cfg(feature = "ssr")]
    async fn run_server<F, Fut>(request: S::Request, function: F) -> Result<S::Response, AppError>
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O, AppError>> + Send,
    {
        server::answer::<I, O, S, _, _>(request, function).await
    }

    #[cfg(not(feature = "ssr"))]
    async fn run_server<F, Fut>(_: S::Request, _: F) -> Result<S::Response, AppError>
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O, AppError>> + Send,
    {
        Err(model::Problem::internal().into())
    }

    fn run_client(path: &str, input: I) -> impl Future<Output = Result<O, AppError>> + Send {
        let answer = packed::pack(&input).map(|bytes| send(path, Body::Packed(bytes)));
        async move { read(&answer?.await?) }
    }
}

/// Sends what a function takes; its answer comes packed.
fn send(path: &str, body: Body) -> Answer<Vec<u8>> {
    #[cfg(feature = "hydrate")]
    return Box::pin(send_wrapper::SendWrapper::new(browser::send(path.to_owned(), body)));
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (path, body);
        Box::pin(std::future::ready(Err(model::Problem::internal().into())))
    }
}

/// Sends a form to the server function `F`.
///
/// # Errors
/// What the function failed with.
pub async fn submit<F>(form: Body) -> Result<F::Output, AppError>
where
    F: ServerFn<Error = AppError>,
    F::Output: DeserializeOwned,
{
    read(&send(F::PATH, form).await?)
}

/// What was filled in of the form that `event` sends, with the button that was pressed.
pub fn filled_in(event: &leptos::ev::SubmitEvent) -> Option<Body> {
    #[cfg(feature = "hydrate")]
    return browser::filled_in(event).map(Body::Form);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}

/// Reads an answer.
fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, AppError> {
    packed::unpack::<Result<T, AppError>>(answer)?
}

/// Asks for something along with the page: the server sends it with it, and the browser asks for it again when `source` changes.
pub fn resource<S, T, F>(source: impl Fn() -> S + Send + Sync + 'static, fetch: impl Fn(S) -> F + Send + Sync + 'static) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    make(source, fetch, false)
}

/// Like [`resource`]; the page's head waits for it.
pub fn blocking_resource<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    make(source, fetch, true)
}

/// The future is boxed: what waits for it is then made once a type and not once a function.
fn make<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
    blocking: bool,
) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    Resource::new_with_options(source, move |source| -> Answer<T> { Box::pin(fetch(source)) }, blocking)
}

/// What can't be read, or was never sent.
fn unreadable() -> AppError {
    AppError::from_server_fn_error(ServerFnErrorErr::Deserialization(String::new()))
}
