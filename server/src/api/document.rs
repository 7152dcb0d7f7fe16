//! The OpenAPI document: what the handlers' annotations say, and what holds for all of them.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::web::caller::SESSION_COOKIE;
use crate::web::problem::FailureBody;

/// What the document says of the interface as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Closezly",
        description = "Everything that the site shows and does, for programs. Answers come in an envelope, \
            `{\"success\": true, \"data\": …, \"meta\": …}`; failures are `application/problem+json` (RFC 9457) that also carry \
            `\"success\": false` and `\"error\": {code, message, details}`. Lists are paged: send `meta.next` as `cursor`. \
            Sign in with `POST /api/v1/auth/login`, or make an API token in the settings, and send it as \
            `Authorization: Bearer …`. The live stream of a call is described at `GET /api/v1/calls/{id}/stream`."
    ),
    tags(
        (name = "auth", description = "Signing in and tokens"),
        (name = "calls", description = "Calls, what was said in them and what came of it"),
        (name = "knowledge", description = "Documents, what is found in them, and answers that cite them"),
        (name = "organization", description = "The organization and its settings")
    ),
    components(schemas(FailureBody)),
    modifiers(&Security)
)]
pub struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT or API token").build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE))));
    }
}

/// Adds what no handler says of itself: ids that are unique, and the answers that any request may get.
pub fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(id(method, path));
            let mut common = vec![("429", "Too many requests; `Retry-After` says when to come again")];
            if operation.request_body.is_some() {
                common.push(("400", "The body is not JSON, or not of this shape"));
                common.push(("413", "The body is too large"));
                common.push(("415", "The body is not declared as `application/json`"));
            }
            for (status, description) in common {
                operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(failure(description)));
            }
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    [("get", get), ("post", post), ("put", put), ("patch", patch), ("delete", delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// `get_calls_id_transcript` for `GET /api/v1/calls/{id}/transcript`: the path is unique, so this is.
fn id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api/v1/").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(method.to_owned(), |id, word| format!("{id}_{word}"))
}

fn failure(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Failure"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}
