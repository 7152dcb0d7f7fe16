//! How pages are written: our own `Show` and `For` (`app/src/components/flow.rs`), which are compiled once, and links that leave the site's code
//! to the browser where no page of ours is behind them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::modules::named;
use crate::workspace;

/// Where Leptos' own are used: what ours are made of.
const FLOW: &str = "components/flow.rs";
/// Pages that load no code: each of their links is the browser's anyway.
const PLAIN: &str = "pages/identity";
/// Tags of Leptos that ours stand in for.
const OWN: [&str; 2] = ["Show", "For"];
/// Tags of Leptos that we have nothing for: each use costs its bytes again.
const NONE: [&str; 3] = ["ForEnumerate", "ShowLet", "AnimatedShow"];
/// How addresses begin that the server answers by something else than a page of the site's code. The router would show “not found”.
const SERVERS: [&str; 8] =
    ["\"/api/", "\"/health", "\"/metrics", "\"/sign-", "\"/forgot-password", "\"/reset-password", "\"/pkg/", "file_path("];

/// Fails on a page that is written otherwise.
pub fn check() -> Result<()> {
    let root = workspace::root().join("app/src");
    let mut wrong = Vec::new();
    for path in sources(&root)? {
        let text = fs::read_to_string(&path)?;
        let shown = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        wrong.extend(faults(&shown, &text).into_iter().map(|fault| format!("app/src/{shown}: {fault}")));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("pages are written otherwise here:\n     {}", wrong.join("\n     ")) }
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn faults(file: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if file != FLOW {
        let imports = |name: &str| {
            let known = named(text, &module(file));
            known.iter().any(|known| known.alias == name && known.path.first().is_some_and(|first| first == "components"))
        };
        let foreign = |name: &&&str| !tags(text, name).is_empty() && !imports(name);
        faults.extend(OWN.iter().filter(foreign).map(|name| format!("<{name}> is Leptos' own: import `components::{name}` by name")));
        faults
            .extend(NONE.iter().filter(|name| !tags(text, name).is_empty()).map(|name| format!("<{name}> is compiled anew for each use")));
    }
    if !file.starts_with(PLAIN) {
        let links = ["a", "A", "ButtonLink", "TextLink", "MenuLink"].iter().flat_map(|name| tags(text, name));
        let leads_out = |tag: &str| attribute(tag, "href").is_some_and(|href| SERVERS.iter().any(|server| href.contains(server)));
        let is_external = |tag: &str| attribute(tag, "rel").is_some_and(|rel| rel.contains("external"));
        let wrong = links.filter(|tag| leads_out(tag) && !is_external(tag));
        faults.extend(wrong.map(|tag| format!("rel=\"external\" is missing: {}", tag.split_whitespace().collect::<Vec<_>>().join(" "))));
    }
    faults
}

/// Where a file's module is below the crate's root.
fn module(file: &str) -> Vec<String> {
    let place = file.trim_end_matches(".rs").trim_end_matches("/mod");
    place.split('/').map(str::to_owned).collect()
}

/// The opening tags of this name, whole.
fn tags<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("<{name}");
    let begins = text.match_indices(&start).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        let after = text[at + start.len()..].chars().next();
        // `Vec<For>` is a type, and `<Forest` another tag.
        before.is_none_or(|before| !before.is_alphanumeric() && !matches!(before, '_' | ':' | '&'))
            && after.is_some_and(|after| after.is_whitespace() || matches!(after, '>' | '/'))
    });
    begins.map(|(at, _)| &text[at..at + end_of_tag(&text[at..])]).collect()
}

/// Bytes to the `>` that ends a tag, that included.
fn end_of_tag(tag: &str) -> usize {
    let (mut depth, mut in_text, mut before) = (0_usize, false, ' ');
    for (at, sign) in tag.char_indices() {
        match sign {
            '"' if before != '\\' => in_text = !in_text,
            _ if in_text => {}
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            '>' if depth == 0 && !matches!(before, '=' | '-') => return at + 1,
            _ => {}
        }
        before = if before == '\\' { ' ' } else { sign };
    }
    tag.len()
}

/// What an attribute is, up to the next one.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = format!("{name}=");
    let at = tag.match_indices(&start).find(|(at, _)| tag[..*at].ends_with(|before: char| before.is_whitespace()))?.0 + start.len();
    let rest = &tag[at..];
    let (mut depth, mut in_text) = (0_usize, false);
    let end = rest.char_indices().find(|(_, sign)| {
        match sign {
            '"' => in_text = !in_text,
            '(' | '{' | '[' if !in_text => depth += 1,
            ')' | '}' | ']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        !in_text && depth == 0 && (sign.is_whitespace() || *sign == '>')
    });
    Some(end.map_or(rest, |(end, _)| &rest[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_imported_by_name() {
        let page = "view! { <Show when=move || a() > 3>\"x\"</Show> <For each=e key=k let:x><b/></For> }";
        let with = |imports: &str| faults("pages/x.rs", &format!("{imports}\n{page}"));
        assert_eq!(with("use crate::components::{Button, For, Show};"), Vec::<String>::new());
        assert_eq!(with("use leptos::prelude::*;").len(), 2);
        assert_eq!(with("use crate::components::Show;\nuse leptos::prelude::*;").len(), 1);
        assert_eq!(with("use crate::components::*;").len(), 2, "a star hides whose it is");
        assert_eq!(faults("components/x.rs", &format!("use super::{{For, Show}};\n{page}")), Vec::<String>::new());
        assert_eq!(faults("pages/x.rs", "fn of(x: Vec<For>) -> Option<Show> { view! { <Forest/> } }"), Vec::<String>::new());
        assert_eq!(faults("pages/x.rs", "<ShowLet some=x>").len(), 1);
    }

    #[test]
    fn links_to_what_is_no_page_leave_the_sites_code() {
        for (page, wrong) in [
            ("<a class=x href=\"/api/docs\" rel=\"external\">", 0),
            ("<a class=x href=\"/api/docs\">", 1),
            ("<a href=format!(\"/api/v1/calls/{}/export?x={y}\", shared.id) download=\"\">", 1),
            ("<a href=file_path(id, None) rel=\"external noopener\" download=\"\">", 0),
            ("<a href=file_path(id, Some(1))\n  download=\"\">", 1),
            ("<ButtonLink href=\"/sign-in\" kind=ButtonKind::Primary>", 1),
            ("<a rel=\"external\" href=format!(\"/sign-in?next={}\", path(a > b))>", 0),
            ("<a on:click=move |_| go(\"/api/x\") href=\"/calls\">", 0),
            ("<article href=\"/api/docs\">", 0),
        ] {
            assert_eq!(faults("pages/x.rs", page).len(), wrong, "{page}");
        }
        assert_eq!(faults("pages/identity/x.rs", "<a href=\"/sign-in\">"), Vec::<String>::new());
    }
}
