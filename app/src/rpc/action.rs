//! Forms that the page sends in the background. The browser sends them itself, without JavaScript, all the same.

use std::marker::PhantomData;
use std::ops::Deref;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;

use super::{Answer, Body, filled_in, read, send};
use crate::error::AppError;

/// What sends a form to the server function `F` and keeps its answer.
///
/// Unlike leptos' own action it sends what was filled in as it is: the browser needs no code that reads a form into `F` and writes it out
/// again.
pub struct FormAction<F: ServerFn<Error = AppError> + 'static> {
    action: Action<Body, Result<F::Output, AppError>>,
    function: PhantomData<fn() -> F>,
}

impl<F: ServerFn<Error = AppError>> Clone for FormAction<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: ServerFn<Error = AppError>> Copy for FormAction<F> {}

impl<F> FormAction<F>
where
    F: ServerFn<Error = AppError>,
    F::Output: DeserializeOwned + Send + Sync,
{
    /// One that has sent nothing yet.
    pub fn new() -> Self {
        Self { action: to(F::PATH), function: PhantomData }
    }

    /// Whether it is on its way, or was done: what it deletes is not asked for any more.
    pub fn is_sent(&self) -> bool {
        self.action.pending().get_untracked() || self.action.value().with_untracked(|answer| matches!(answer, Some(Ok(_))))
    }
}

impl<F> Default for FormAction<F>
where
    F: ServerFn<Error = AppError>,
    F::Output: DeserializeOwned + Send + Sync,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<F: ServerFn<Error = AppError>> Deref for FormAction<F> {
    type Target = Action<Body, Result<F::Output, AppError>>;

    fn deref(&self) -> &Self::Target {
        &self.action
    }
}

/// Once for all functions that answer alike.
fn to<T: DeserializeOwned + Send + Sync + 'static>(path: &'static str) -> Action<Body, Result<T, AppError>> {
    Action::new(move |body: &Body| -> Answer<T> {
        let answer = send(path, body.clone());
        Box::pin(async move { read(&answer.await?) })
    })
}

/// A form that sends itself in the background; `action` knows what became of it.
#[component]
pub fn ActionForm<F>(
    /// Where it goes.
    action: FormAction<F>,
    /// Its fields and buttons.
    children: Children,
) -> impl IntoView
where
    F: ServerFn<Error = AppError> + 'static,
    F::Output: Send + Sync,
{
    let action = *action;
    form(F::PATH, Box::new(move |body| drop(action.dispatch(body))), children)
}

fn form(path: &'static str, send: Box<dyn Fn(Body)>, children: Children) -> AnyView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if let Some(form) = filled_in(&event) {
            send(form);
        }
    };
    view! {
        <form action=path method="post" on:submit=submit>
            {children()}
        </form>
    }
    .into_any()
}
