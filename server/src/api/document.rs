//! The OpenAPI document: what the handlers' annotations say, and what holds for all of them.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{idempotency, lines};
use crate::web::problem::FailureBody;
use app::server::SESSION_COOKIE;

/// What the document says of the interface as a whole; its tags are the areas'.
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

/// Adds what no handler says of itself: an id that is unique, who may ask (somebody who is signed in, where nothing else is said),
/// the failures that come of what the operation is, and what a failure looks like. A handler says only what is its own.
pub fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(id(method, path));
            operation.security.get_or_insert_with(signed_in);
            if idempotency::is_taken(method, path) {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
            let failures = failures(method, path, operation);
            let responses = &mut operation.responses.responses;
            for (status, description) in failures {
                let response = || RefOr::T(ResponseBuilder::new().description(description).build());
                responses.entry(status.to_owned()).or_insert_with(response);
            }
            for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
                if let RefOr::T(response) = response {
                    carry_failure(response);
                }
            }
        }
    }
    lines::write_out(&mut document);
    document
}

/// The operations of a path, each with its method.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    [("get", get), ("post", post), ("put", put), ("patch", patch), ("delete", delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn signed_in() -> Vec<SecurityRequirement> {
    let nothing_more = || std::iter::empty::<String>();
    vec![SecurityRequirement::new("bearer", nothing_more()), SecurityRequirement::new("session", nothing_more())]
}

/// The failures that an operation may be answered with because of what it is: who may ask, how it is asked, what it takes.
fn failures(method: &str, path: &str, operation: &Operation) -> Vec<(&'static str, String)> {
    let is_open = operation.security.iter().flatten().any(|requirement| *requirement == SecurityRequirement::default());
    let changes = method != "get";
    let mut failures = vec![
        ("401", if is_open { "A token was sent along that is not valid" } else { "Not signed in" }.to_owned()),
        ("429", "Too many requests; `Retry-After` says when to come again".to_owned()),
        ("5XX", "Our fault, or a part of the server is busy, away or full: `error.code` tells which, and what to do".to_owned()),
    ];
    match (is_open, changes) {
        (true, false) => {}
        (true, true) => failures.push(("403", "A page of another site sent it".to_owned())),
        (false, false) => failures.push(("403", "Not with this role".to_owned())),
        (false, true) => failures.push(("403", "Not with this role, or a page of another site sent it".to_owned())),
    }
    if path.contains('{') {
        failures.push(("404", "The caller has nothing under this address".to_owned()));
    }
    if let Some(body) = &operation.request_body {
        let kinds = match body {
            RefOr::T(body) => body.content.keys().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(" or "),
            RefOr::Ref(_) => "`application/json`".to_owned(),
        };
        failures.extend([
            ("400", "The body can't be read, or broke off".to_owned()),
            ("408", "The body came too slowly".to_owned()),
            ("413", "The body is larger than 1 MiB".to_owned()),
            ("415", format!("The body is not declared as {kinds}")),
            ("422", "A field is wrong, missing or unknown".to_owned()),
        ]);
    } else if has_query(operation) {
        failures.push(("422", "The query does not fit".to_owned()));
    }
    if idempotency::is_taken(method, path) {
        failures.push(("409", "The `Idempotency-Key` was used for another request, or its first request is not done yet".to_owned()));
        failures.push(("422", "The `Idempotency-Key` is none".to_owned()));
    }
    failures
}

fn has_query(operation: &Operation) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters.into_iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query))
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$"));
    let description = "A word of your own for this request, for example a UUID. Sent again with the same within 24 hours, it is not done \
        again: what was answered is answered again, with `Idempotency-Replayed: true`. A secret is not: that is 409.";
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// `get_calls_id_transcript` for `GET /api/v1/calls/{id}/transcript`: the path is unique, so this is.
fn id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api/v1/").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(method.to_owned(), |id, word| format!("{id}_{word}"))
}

fn carry_failure(response: &mut Response) {
    let content = || RefOr::T(ContentBuilder::new().schema(Some(Ref::from_schema_name("Failure"))).build());
    response.content.entry("application/problem+json".to_owned()).or_insert_with(content);
}
