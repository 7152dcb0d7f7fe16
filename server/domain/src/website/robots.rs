use std::time::Duration;

use ports::FetchError;

/// The name that we obey under.
pub(super) const PRODUCT: &str = "closezly";
/// The longest pause that a site may ask for between two pages; more would keep a visit going for days.
const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// Longer lines are no rules.
const LONGEST_LINE: usize = 8 * 1024;

/// What a site's `robots.txt` says to us (RFC 9309).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Robots {
    rules: Vec<Rule>,
    delay: Option<Duration>,
    nothing: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    allow: bool,
    pattern: String,
}

#[derive(Default)]
struct Group {
    agents: Vec<String>,
    rules: Vec<Rule>,
    delay: Option<Duration>,
    closed: bool,
}

impl Robots {
    /// Nothing may be fetched.
    pub fn nothing() -> Self {
        Self { nothing: true, ..Self::default() }
    }

    /// What it means that `robots.txt` could not be fetched: one that is not there allows everything, one that can't be
    /// reached nothing.
    pub fn absent(error: &FetchError) -> Self {
        match error {
            FetchError::Status { status, .. } if (400..500).contains(status) && *status != 429 => Self::default(),
            // A chain of redirects counts as one that is not there.
            FetchError::Redirects => Self::default(),
            _ => Self::nothing(),
        }
    }

    /// Reads a `robots.txt`. What can't be read is passed over, as the standard wants it.
    pub fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let mut groups: Vec<Group> = Vec::new();
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']).filter(|line| line.len() <= LONGEST_LINE) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    if groups.last().is_none_or(|group| group.closed) {
                        groups.push(Group::default());
                    }
                    if let Some(group) = groups.last_mut() {
                        group.agents.push(product(value));
                    }
                }
                "allow" | "disallow" => {
                    if let Some(group) = groups.last_mut() {
                        group.closed = true;
                        if !value.is_empty() {
                            group.rules.push(Rule { allow: key == "allow", pattern: normal(value) });
                        }
                    }
                }
                "crawl-delay" => {
                    if let Some(group) = groups.last_mut() {
                        group.closed = true;
                        let seconds = value.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
                        group.delay = seconds.map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST_DELAY.as_secs_f64())));
                    }
                }
                _ => {}
            }
        }
        // All groups that name us count as one; those for everybody only if none does.
        let for_us = |name: &str| groups.iter().any(|group| group.agents.iter().any(|agent| agent == name));
        let name = if for_us(PRODUCT) { PRODUCT } else { "*" };
        let mut robots = Self::default();
        for group in groups.into_iter().filter(|group| group.agents.iter().any(|agent| agent == name)) {
            robots.rules.extend(group.rules);
            robots.delay = robots.delay.max(group.delay);
        }
        robots
    }

    /// Whether an address (path and query, as in a request) may be fetched: the longest rule that matches decides, and
    /// between two of one length the one that allows.
    pub fn allows(&self, path: &str) -> bool {
        if self.nothing {
            return path == "/robots.txt";
        }
        let path = normal(path);
        if path == "/robots.txt" {
            return true;
        }
        let best = self.rules.iter().filter(|rule| matches(&rule.pattern, &path)).max_by_key(|rule| (rule.pattern.len(), rule.allow));
        best.is_none_or(|rule| rule.allow)
    }

    /// The pause that the site asks for, at most ten seconds.
    pub const fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// Whether not even the start may be fetched because `robots.txt` can't be reached.
    pub const fn is_unreachable(&self) -> bool {
        self.nothing
    }
}

/// `Closezly/1.0 (…)` → `closezly`; `*` stays.
fn product(value: &str) -> String {
    if value.starts_with('*') {
        return "*".to_owned();
    }
    let end = value.find(|letter: char| !letter.is_ascii_alphabetic() && letter != '-' && letter != '_').unwrap_or(value.len());
    value[..end].to_ascii_lowercase()
}

/// One spelling for what means the same: letters that need no escape are not escaped, others are, in upper case. A percent sign that
/// escapes nothing is escaped itself: with what follows it could become an escape, and the spelling would have another spelling.
pub(super) fn normal(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    let bytes = path.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        // Two digits, and no sign.
        let escaped = escaped.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let value = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match value {
            Some(value) if value.is_ascii_alphanumeric() || b"-._~".contains(&value) => normal.push(char::from(value)),
            Some(value) => normal.push_str(&format!("%{value:02X}")),
            None if bytes[at] == b'%' => normal.push_str("%25"),
            None if bytes[at].is_ascii() => normal.push(char::from(bytes[at])),
            None => normal.push_str(&format!("%{:02X}", bytes[at])),
        }
        at += if value.is_some() { 3 } else { 1 };
    }
    normal
}

/// `*` stands for anything, `$` at the end for the end. Takes time in the product of both lengths at worst, never more.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(piece) = last.replace(piece) {
            let Some(found) = rest.find(piece) else { return false };
            rest = &rest[found + piece.len()..];
        }
    }
    match last {
        Some(piece) if to_the_end => rest.ends_with(piece),
        Some(piece) => rest.contains(piece),
        None => !to_the_end || rest.is_empty(),
    }
}

#[cfg(test)]
mod tests;
