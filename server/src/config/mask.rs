/// A URL whose password, and whatever follows a `?`, can't be read.
pub(super) fn url(url: &str) -> String {
    let (plain, query) = url.split_once('?').map_or((url, ""), |(plain, _)| (plain, "?…"));
    let Some((scheme, rest)) = plain.split_once("://") else { return format!("{plain}{query}") };
    // The last @ before the path ends the credentials; a password may contain others.
    let end = rest.find('/').unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@').or_else(|| rest.rfind('@').filter(|_| scheme != "sqlite")) else {
        return format!("{scheme}://{rest}{query}");
    };
    let (credentials, host) = rest.split_at(at);
    let user = credentials.split(':').next().unwrap_or_default();
    if credentials.contains(':') {
        format!("{scheme}://{user}:••••{host}{query}")
    } else {
        format!("{scheme}://{user}{host}{query}")
    }
}
