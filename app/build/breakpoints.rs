//! Widths at which layouts change: named in `style/breakpoints.css`, put in the conditions' place here.

use std::collections::BTreeMap;

use super::scope::without_comments;

/// Names with their widths.
pub type Breakpoints = BTreeMap<String, String>;

/// Reads the list.
pub fn read(css: &str) -> Breakpoints {
    let text = without_comments(css);
    let body = text.split_once('{').map_or("", |(_, body)| body).split('}').next().unwrap_or_default().to_owned();
    let entries = body.split(';').filter_map(|entry| entry.split_once(':'));
    entries.map(|(name, width)| (name.trim().to_owned(), width.trim().to_owned())).collect()
}

/// The css with the widths of its conditions in the place of their names.
///
/// # Errors
/// A condition with a width that is none of the list: its line and why.
pub fn fill_in(css: &str, list: &Breakpoints) -> Result<String, (usize, String)> {
    let (mut filled, mut rest) = (String::with_capacity(css.len()), css);
    while let Some(start) = ["@media", "@container"].iter().filter_map(|rule| rest.find(rule)).min() {
        let end = rest[start..].find('{').map_or(rest.len(), |end| start + end);
        filled.push_str(&rest[..start]);
        let line = css[..css.len() - rest.len() + start].matches('\n').count() + 1;
        filled.push_str(&condition(&rest[start..end], list).map_err(|why| (line, why))?);
        rest = &rest[end..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// What a `rem` of `@media`, which is the browser's own size of letters, is in `rem` of `@container`, which is the page's: `html` in `style/base.css`
/// has letters of 14 where the browser's are 16.
const ROOT: f64 = 16.0 / 14.0;

/// A width as a condition of a container has it: as wide as the same name is in `@media`.
fn of_container(width: &str) -> String {
    let number = width.strip_suffix("rem").and_then(|number| number.parse::<f64>().ok());
    number.map_or_else(|| width.to_owned(), |number| format!("{:.3}rem", number * ROOT))
}

fn condition(written: &str, list: &Breakpoints) -> Result<String, String> {
    let mut words: Vec<String> = Vec::new();
    for word in written.split(' ') {
        let bare = word.trim_matches(['(', ')']);
        if bare.starts_with("--") {
            let width = list.get(bare).ok_or_else(|| format!("`{bare}` is no width of `style/breakpoints.css`"))?;
            let width = if written.starts_with("@container") { of_container(width) } else { width.clone() };
            words.push(word.replace(bare, &width));
        } else if bare.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(format!("`{bare}` is a raw width: name one of `style/breakpoints.css`"));
        } else if ["--", "rem", "px"].iter().any(|part| bare.contains(part)) {
            return Err(format!("`{bare}` hides a width: write spaces around it"));
        } else {
            words.push(word.to_owned());
        }
    }
    Ok(words.join(" "))
}
