//! Requests of the page.

use js_sys::{JSON, JsString, Reflect, Uint8Array};
use leptos::prelude::window;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{Code, Problem};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, FormData, Headers, HtmlButtonElement, HtmlFormElement, RequestInit, Response, SubmitEvent, UrlSearchParams,
};

use super::{Body, PACKED, SCHEMA, unreadable};
use crate::error::AppError;

/// Ends the request when nobody waits for it any more. One that has been answered it doesn't touch.
struct Waiting(Option<AbortController>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// Sends a body; the packed answer.
pub async fn send(path: String, body: Body) -> Result<Vec<u8>, AppError> {
    let response = fetch(&path, body).await.map_err(|_| lost())?;
    let is_packed = response.headers().get("content-type").ok().flatten().is_some_and(|kind| kind == PACKED);
    if !is_packed {
        return Err(JsFuture::from(response.text().map_err(|_| lost())?).await.map_or_else(|_| lost(), |text| failure(&text)));
    }
    let bytes = JsFuture::from(response.array_buffer().map_err(|_| lost())?).await.map_err(|_| lost())?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

async fn fetch(path: &str, body: Body) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", &format!("{PACKED};schema={SCHEMA}"))?;
    let options = RequestInit::new();
    options.set_method("POST");
    let kind = match body {
        Body::Form(form) => {
            options.set_body(&JsString::from(form));
            "application/x-www-form-urlencoded"
        }
        Body::Packed(bytes) => {
            options.set_body(&Uint8Array::from(bytes.as_slice()));
            PACKED
        }
    };
    headers.set("content-type", kind)?;
    options.set_headers(&headers);
    let mut waiting = Waiting(AbortController::new().ok());
    if let Some(controller) = &waiting.0 {
        options.set_signal(Some(&controller.signal()));
    }
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, &options)).await;
    waiting.0 = None;
    answer?.dyn_into()
}

fn lost() -> AppError {
    AppError::from_server_fn_error(ServerFnErrorErr::Request(String::new()))
}

/// What stands in the way of an answer says why: a [`Problem`], or a problem document.
fn failure(text: &JsValue) -> AppError {
    let read = || {
        let document = JSON::parse(&text.as_string()?).ok()?;
        let inner = Reflect::get(&document, &"error".into()).ok().filter(JsValue::is_object);
        let problem = inner.unwrap_or(document);
        let word = |name: &str| Reflect::get(&problem, &name.into()).ok()?.as_string();
        Some(AppError(Problem { code: word("code")?.parse::<Code>().ok()?, message: word("message")?, field: word("field") }))
    };
    read().unwrap_or_else(unreadable)
}

/// What was filled in, with the button that was pressed.
pub fn filled_in(event: &SubmitEvent) -> Option<String> {
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    let button = event.submitter().and_then(|submitter| submitter.dyn_into::<HtmlButtonElement>().ok());
    if let Some(button) = button.filter(|button| !button.name().is_empty()) {
        data.append_with_str(&button.name(), &button.value()).ok()?;
    }
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(fields.to_string().into())
}
