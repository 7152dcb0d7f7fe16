//! Lists: which items, and which page of them.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::query::{TAKES, pairs, read};
use crate::web::problem::Failure;

/// Most items of a page.
const MOST: u32 = 100;
/// Items of a page if nobody says how many.
const USUAL: u32 = 25;

/// What says which page of a list.
const PAGE: &[&str] = &["cursor", "limit"];

/// Which page of a list.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    cursor: Option<String>,
    #[serde(default, deserialize_with = "whole_number")]
    limit: Option<u32>,
}

impl Paging {
    /// Where the page begins; none at the list's beginning.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }

    /// Most items of the page.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }
}

impl IntoParams for Paging {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name: &str, description: String, schema: ObjectBuilder| {
            ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).description(Some(description)).schema(Some(schema)).build()
        };
        let cursor = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9a-f]*$"));
        // Without a format, and without a maximum: what is more is taken as the most.
        let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).default(Some(USUAL.into()));
        vec![
            parameter("cursor", "`meta.next` of the page before.".to_owned(), cursor),
            parameter(
                "limit",
                format!("Most items, 1 to {MOST}; {USUAL} by default. 0 counts as 1, more than {MOST} as {MOST}, however large."),
                limit,
            ),
        ]
    }
}

/// Any whole number: one that is too large to be kept is larger than any limit.
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(serde::de::Error::custom(format!("{TAKES}a whole number from 1 to {MOST}")));
    }
    Ok(Some(text.parse().unwrap_or(u32::MAX)))
}

/// The query of a list: the model's own filter, and the page.
pub struct Listed<F> {
    /// Which items.
    pub filter: F,
    /// Which page of them.
    pub paging: Paging,
}

impl<S: Sync, F: DeserializeOwned> FromRequestParts<S> for Listed<F> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let pairs = pairs(parts.uri.query().unwrap_or_default());
        // Apart, so that each half can refuse what it doesn't know.
        let (page, filter): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| PAGE.contains(&name.as_str()));
        Ok(Self { filter: read(&filter, PAGE)?, paging: read(&page, &[])? })
    }
}
