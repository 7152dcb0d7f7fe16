//! The OpenAPI document as a page. Made of the document itself, without scripts: readers of the usual kind come from
//! other servers, and this one talks to none.

use std::fmt::Write;

use app::components::theme::theme_in;
use axum::response::{Html, IntoResponse};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, COOKIE};
use serde_json::Value;
use utoipa::openapi::OpenApi;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page, in the colours that the system has.
pub fn page(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut html = String::with_capacity(64 * 1024);
    let title = text(&document["info"]["title"]);
    let _ = write!(
        html,
        "<!DOCTYPE html>{HTML}<head><meta charset=\"utf-8\"><title>{title} API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"description\" content=\"Every operation of the Closezly API, with what it takes and gives.\">\
         <link rel=\"icon\" href=\"/favicon.svg\"><link rel=\"stylesheet\" href=\"{look}\"><link rel=\"stylesheet\" href=\"{STYLE}\"></head>\
         <body><header><nav aria-label=\"Closezly\"><a href=\"/\">Back to Closezly</a><a href=\"/settings/tokens\">API tokens</a></nav></header>\
         <main><h1>{title} API</h1><p>{}</p><p>Version {}. <a href=\"/api/v1/openapi.json\">OpenAPI document</a></p>",
        prose(&document["info"]["description"]),
        text(&document["info"]["version"]),
        look = app::styles::stylesheet_path(),
    );
    let operations = operations(&document);
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = tag["name"].as_str().unwrap_or_default();
        let _ = write!(html, "<h2>{}</h2>", text(&tag["description"]));
        for (method, path, operation) in operations.iter().filter(|(_, _, operation)| operation["tags"][0] == name) {
            write_operation(&mut html, method, path, operation);
        }
    }
    let _ = write!(html, "<h2>Schemas</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = write!(
            html,
            "<details id=\"{id}\"><summary><code>{id}</code></summary><pre>{}</pre></details>",
            escape(&serde_json::to_string_pretty(schema).unwrap_or_default()),
            id = escape(name)
        );
    }
    html.push_str("</main></body></html>");
    html
}

/// How the page begins.
const HTML: &str = "<html lang=\"en\">";

/// The page in the colours that whoever asks has chosen on the site.
pub fn themed(page: &str, headers: &HeaderMap) -> Html<String> {
    let cookies = headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
    match theme_in(cookies).attribute() {
        Some(theme) => Html(page.replacen(HTML, &format!("<html lang=\"en\" data-theme=\"{theme}\">"), 1)),
        None => Html(page.to_owned()),
    }
}

/// Where the reader's own stylesheet is.
pub const STYLE: &str = "/api/docs.css";

/// What the page may do: show itself.
pub const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The stylesheet.
pub async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], CSS)
}

/// What this page has besides the site's own look: it comes after the site's stylesheet, whose layers it goes before.
const CSS: &str = "\
nav{display:flex;flex-wrap:wrap;gap:1rem;max-width:56rem;margin:0 auto;padding:1rem 1rem 0}nav a{min-height:1.5rem}\
main{max-width:56rem;margin:0 auto;padding:1.5rem 1rem 4rem}main>*+*{margin-top:1rem}\
h1{font-size:var(--text-28)}main>h2{margin-top:2.5rem}\
details{padding:.5rem .75rem;background:var(--surface);border:1px solid var(--line);border-radius:var(--radius)}\
main>details+details{margin-top:.5rem}details>*+*{margin-top:.75rem}summary{min-height:1.5rem;overflow-wrap:anywhere}\
summary b{display:inline-block;min-width:4.5em;text-transform:uppercase;font-size:var(--text-13);color:var(--text-soft)}\
code,pre{overflow-wrap:anywhere}pre{white-space:pre-wrap}\
table{width:100%}td,th{vertical-align:top;padding:.25rem .5rem .25rem 0;overflow-wrap:anywhere}th{color:var(--text-soft)}\
a{color:var(--accent-text);text-decoration:underline}";

fn operations(document: &Value) -> Vec<(&str, &String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| METHODS.iter().filter_map(move |method| item.get(*method).map(|operation| (*method, path, operation))))
        .collect()
}

fn write_operation(html: &mut String, method: &str, path: &str, operation: &Value) {
    let open = operation["security"]
        .as_array()
        .is_some_and(|security| security.iter().any(|one| one.as_object().is_some_and(serde_json::Map::is_empty)));
    let _ = write!(
        html,
        "<details><summary><b>{method}</b> <code>{}</code> {}</summary><p>{}</p><p>{}</p>",
        escape(path),
        text(&operation["summary"]),
        prose(&operation["description"]),
        if open { "No token needed." } else { "Needs a token." }
    );
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        html.push_str("<table><tr><th>Parameter</th><th>In</th><th></th></tr>");
        for parameter in parameters {
            let _ = write!(
                html,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                text(&parameter["name"]),
                text(&parameter["in"]),
                text(&parameter["description"])
            );
        }
        html.push_str("</table>");
    }
    if let Some(body) = operation["requestBody"]["content"].as_object() {
        for (kind, content) in body {
            let _ = write!(html, "<p>Body: {} ({})</p>", schema(&content["schema"]), escape(kind));
        }
    }
    html.push_str("<table><tr><th>Status</th><th></th><th></th></tr>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let shape = response["content"].as_object().and_then(|content| content.values().next()).map(|content| schema(&content["schema"]));
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(status),
            text(&response["description"]),
            shape.unwrap_or_default()
        );
    }
    html.push_str("</table></details>");
}

/// A schema's name as a link, or the schema itself.
fn schema(schema: &Value) -> String {
    match schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        Some(name) => format!("<a href=\"#{name}\"><code>{name}</code></a>", name = escape(name)),
        None => format!("<code>{}</code>", escape(&schema.to_string())),
    }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

/// Text with `code` in it.
fn prose(value: &Value) -> String {
    let mut out = String::new();
    for (n, part) in value.as_str().unwrap_or_default().split('`').enumerate() {
        let part = escape(part);
        if n % 2 == 1 {
            let _ = write!(out, "<code>{part}</code>");
        } else {
            out.push_str(&part);
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
