//! What a form shows after it was sent, with JavaScript or without.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use model::Problem;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::components::problem_of;
use crate::error::AppError;
use crate::rpc::{FormAction, Packed};

/// What a form that was sent without JavaScript left behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormReturn {
    /// Path of the server function.
    pub path: String,
    /// What went wrong, if anything did.
    pub problem: Option<Problem>,
    /// Field and text; no passwords.
    pub typed: BTreeMap<String, String>,
    /// The function's answer as JSON, where it has something to show; in the cookie, a number by which the server keeps it.
    pub answer: Option<String>,
}

/// The state of one form.
#[derive(Clone, Copy)]
pub struct FormState {
    left: StoredValue<Option<FormReturn>>,
    problem: Signal<Option<Problem>>,
}

impl FormState {
    /// The state of the form that sends `action`.
    pub fn of<F>(action: FormAction<F>) -> Self
    where
        F: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
        F::Output: Clone + Send + Sync + 'static,
    {
        // The browser must render what the server did, so it gets it along with the page.
        let left = SharedValue::<_, Packed>::new_with_encoding(context).into_inner().filter(|left| left.path == F::PATH);
        let before = left.as_ref().and_then(|left| left.problem.clone());
        let now = problem_of(action.value());
        let answered = Signal::derive(move || action.version().get() > 0);
        let problem = Signal::derive(move || if answered.get() { now.get() } else { before.clone() });
        Self { left: StoredValue::new(left), problem }
    }

    /// What went wrong the last time.
    pub fn problem(self) -> Signal<Option<Problem>> {
        self.problem
    }

    /// What was typed into a field before the page was loaded again.
    pub fn typed(self, field: &str) -> String {
        self.left.with_value(|left| left.as_ref().and_then(|left| left.typed.get(field).cloned())).unwrap_or_default()
    }

    /// What the function answered before the page was loaded again. The browser is told what the server read.
    pub fn answer<T: Serialize + DeserializeOwned>(self) -> Option<T> {
        SharedValue::<_, Packed>::new_with_encoding(|| {
            #[cfg(feature = "ssr")]
            return self.left.with_value(|left| serde_json::from_str(left.as_ref()?.answer.as_ref()?).ok());
            #[cfg(not(feature = "ssr"))]
            None
        })
        .into_inner()
    }
}

#[cfg(feature = "ssr")]
fn context() -> Option<FormReturn> {
    use_context()
}

#[cfg(not(feature = "ssr"))]
fn context() -> Option<FormReturn> {
    None
}
