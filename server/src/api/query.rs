//! The query of an address: read whole, or refused with the parameter that doesn't fit and what it takes.

use axum::extract::FromRequestParts;
use http::request::Parts;
use model::{Code, Problem};
use serde::de::DeserializeOwned;

use crate::web::problem::Failure;

/// What a parameter's own reader says begins so: the rest is what it takes.
pub const TAKES: &str = "takes ";
/// Characters of a value that a sentence shows.
const SHOWN: usize = 40;

/// The query.
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        read(&pairs(parts.uri.query().unwrap_or_default()), &[]).map(Self)
    }
}

/// A query's names and values, in order.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    // Any text is a query: what is no pair is a name without a value.
    serde_urlencoded::from_str(query).unwrap_or_default()
}

/// Reads a query, or the part of one that hasn't the parameters `also`.
///
/// # Errors
/// `invalid`, with the parameter that doesn't fit.
pub fn read<T: DeserializeOwned>(pairs: &[(String, String)], also: &[&str]) -> Result<T, Failure> {
    parse(pairs).map_err(|why| {
        // serde doesn't say which one it was: it is the one that fails alone.
        let found = pairs.iter().find_map(|pair| match parse::<T>(std::slice::from_ref(pair)) {
            Err(why) if quoted_after(&why, "missing field ").is_none() => Some((pair, why)),
            _ => None,
        });
        match found {
            Some(((name, value), why)) => Problem::of_field(name, sentence(name, value, &why, also)).into(),
            None => of_all(&why),
        }
    })
}

fn parse<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, String> {
    let query = serde_urlencoded::to_string(pairs).map_err(|error| error.to_string())?;
    serde_urlencoded::from_str(&query).map_err(|error: serde_urlencoded::de::Error| error.to_string())
}

/// What is wrong with parameters that are right alone.
fn of_all(why: &str) -> Failure {
    if let Some(name) = quoted_after(why, "duplicate field ") {
        return Problem::of_field(name, format!("The parameter `{name}` is there more than once. Give it once.")).into();
    }
    if let Some(name) = quoted_after(why, "missing field ") {
        return Problem::of_field(name, format!("The parameter `{name}` is missing.")).into();
    }
    Failure::new(Code::Invalid, "The query could not be read. The document at /api/docs says which parameters there are.")
}

fn sentence(name: &str, value: &str, why: &str, also: &[&str]) -> String {
    let name: String = name.chars().take(SHOWN).collect();
    if why.starts_with("unknown field") {
        let known = names(why, also);
        return if known.is_empty() {
            format!("There is no parameter `{name}` here; there are none at all.")
        } else {
            format!("There is no parameter `{name}` here. There are: {known}.")
        };
    }
    let takes = takes(why);
    if value.is_empty() {
        return format!("The parameter `{name}` is empty. Leave it out, or give it {takes}.");
    }
    let value: String = value.chars().filter(|character| !character.is_control()).take(SHOWN).collect();
    format!("The parameter `{name}` takes {takes}; “{value}” is none.")
}

/// What a parameter takes, by what its reader says of a value that is none: serde's own sentences, and those of the kinds of values that we have.
fn takes(why: &str) -> String {
    if let Some(takes) = why.strip_prefix(TAKES) {
        return takes.to_owned();
    }
    if why.starts_with("unknown variant") {
        return format!("one of {}", names(why, &[]));
    }
    let kinds: [(&[&str], &str); 4] = [
        (&["UUID"], "an id, such as `0198a1b2-0000-7000-8000-000000000001`"),
        (&["digit found", "number too", "integer"], "a whole number"),
        (&["`true` or `false`"], "`true` or `false`"),
        (&["input", "out of range", "bad or unsupported format"], "a moment, such as `2026-01-31T09:00:00Z`"),
    ];
    let kind = kinds.iter().find(|(said, _)| said.iter().any(|said| why.contains(said)));
    kind.map_or("another value", |(_, takes)| takes).to_owned()
}

/// The names that serde offers instead of an unknown one.
fn names(why: &str, also: &[&str]) -> String {
    let offered = why.split_once("expected").map_or("", |(_, offered)| offered);
    let names: Vec<String> = offered.split('`').skip(1).step_by(2).chain(also.iter().copied()).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn quoted_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_prefix('`')?.split('`').next()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use axum::response::IntoResponse;
    use http::StatusCode;
    use model::{CallFilter, DocumentFilter};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Needed {
        format: String,
        #[serde(default)]
        version: Option<i64>,
    }

    fn refused<T: DeserializeOwned>(query: &str) -> String {
        let Err(failure) = read::<T>(&pairs(query), &["limit"]) else { panic!("{query} is read") };
        let said = failure.sentence().to_owned();
        assert_eq!(failure.into_response().status(), StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        said
    }

    #[test]
    fn what_does_not_fit_is_named_with_what_it_takes() {
        for (query, said) in [
            ("state=asleep", "The parameter `state` takes one of `prepared`, `live`, `finishing`, `ended`; “asleep” is none."),
            (
                "search=a&state=",
                "The parameter `state` is empty. Leave it out, or give it one of `prepared`, `live`, `finishing`, `ended`.",
            ),
            ("speaker=me", "The parameter `speaker` takes one of `rep`, `customer`; “me” is none."),
            ("member=me", "The parameter `member` takes an id, such as `0198a1b2-0000-7000-8000-000000000001`; “me” is none."),
            ("from=yesterday", "The parameter `from` takes a moment, such as `2026-01-31T09:00:00Z`; “yesterday” is none."),
            (
                "from=2026-13-01T00:00:00Z",
                "The parameter `from` takes a moment, such as `2026-01-31T09:00:00Z`; “2026-13-01T00:00:00Z” is none.",
            ),
            ("until=", "The parameter `until` is empty. Leave it out, or give it a moment, such as `2026-01-31T09:00:00Z`."),
            ("search=a&search=b", "The parameter `search` is there more than once. Give it once."),
        ] {
            assert_eq!(refused::<CallFilter>(query), said);
        }
        let unknown = refused::<CallFilter>("state=live&limits=1");
        assert!(unknown.starts_with("There is no parameter `limits` here. There are: `search`, `state`, "), "{unknown}");
        assert!(unknown.ends_with(", `limit`."), "{unknown}");
        assert_eq!(refused::<DocumentFilter>("unused=maybe"), "The parameter `unused` takes `true` or `false`; “maybe” is none.");
        assert_eq!(refused::<Needed>(""), "The parameter `format` is missing.");
        for version in ["x", "1.5", "99999999999999999999"] {
            let said = format!("The parameter `version` takes a whole number; “{version}” is none.");
            assert_eq!(refused::<Needed>(&format!("format=md&version={version}")), said);
        }
        assert_eq!(
            refused::<Needed>(&format!("format=md&version=%1B{}", "7".repeat(900))),
            format!("The parameter `version` takes a whole number; “{}” is none.", "7".repeat(40))
        );
    }

    #[test]
    fn what_fits_is_read() {
        let read: Needed = read(&pairs("format=md&version=-3"), &[]).unwrap();
        assert_eq!((read.format.as_str(), read.version), ("md", Some(-3)));
    }
}
