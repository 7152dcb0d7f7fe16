//! The site's files. They are few and small, so they are read once: no request touches the disk, and no path can leave
//! the folder.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use app::server::Bundle;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

use super::ranges::ByteRange;

/// Every file that is served as it is.
#[derive(Debug, Default)]
pub struct Assets {
    files: HashMap<String, Asset>,
    manifest: Option<Arc<Bundle>>,
}

#[derive(Debug)]
struct Asset {
    content: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    kind: &'static str,
    etag: HeaderValue,
    /// The name changes with the content.
    immutable: bool,
}

impl Assets {
    /// Reads the folder. One that isn't there is an empty one: pages then come without hydration.
    ///
    /// # Errors
    /// If a file can't be read, or the manifest isn't one.
    pub fn load(folder: &Path) -> Result<Self> {
        let mut assets = Self::default();
        if folder.is_dir() {
            let mut found = HashMap::new();
            read_folder(folder, "", &mut found).with_context(|| format!("could not read the site folder {}", folder.display()))?;
            if let Some(text) = found.remove("/manifest.json") {
                assets.manifest = Some(Arc::new(
                    serde_json::from_slice(&text).context("manifest.json of the site folder can't be read; build it again")?,
                ));
            }
            assets.take(found)?;
        }
        let (path, css) = app::styles::stylesheet();
        assets.files.insert(path.to_owned(), asset(path, css.into(), None, None, true)?);
        Ok(assets)
    }

    fn take(&mut self, mut found: HashMap<String, Bytes>) -> Result<()> {
        let plain: Vec<_> = found.keys().filter(|path| !path.ends_with(".br") && !path.ends_with(".gz")).cloned().collect();
        for path in plain {
            let (brotli, gzip) = (found.remove(&format!("{path}.br")), found.remove(&format!("{path}.gz")));
            let Some(content) = found.remove(&path) else { continue };
            let immutable = self.manifest.as_ref().is_some_and(|manifest| manifest.names(&path));
            let asset = asset(&path, content, brotli, gzip, immutable)?;
            self.files.insert(path, asset);
        }
        Ok(())
    }

    /// What the browser's files are called, if they were built.
    pub fn manifest(&self) -> Option<&Arc<Bundle>> {
        self.manifest.as_ref()
    }

    /// The answer for a path, if it is a file's.
    pub fn get(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        self.files.get(path).map(|asset| asset.answer(request))
    }
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response {
        let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (content, encoding) = match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts(accepted, "br") => (brotli, Some("br")),
            (_, Some(gzip)) if accepts(accepted, "gzip") => (gzip, Some("gzip")),
            _ => (&self.content, None),
        };
        let is_sound = self.kind.starts_with("audio/");
        let part = request.get(RANGE).filter(|_| is_sound).and_then(|range| range.to_str().ok());
        if let Some(ByteRange::Part(range)) = part.map(|range| ByteRange::of(range, content.len() as u64)) {
            return self.part(range);
        }
        let known = request.get(IF_NONE_MATCH).is_some_and(|tags| matches_tag(tags, &self.etag));
        let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(Body::from(content.clone())) };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(ETAG, self.etag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        let cache = if self.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=0, must-revalidate" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        if let (Some(encoding), false) = (encoding, known) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if is_sound {
            headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        }
        response
    }

    /// A part of a sound: some browsers play nothing that doesn't come in parts.
    fn part(&self, range: Range<u64>) -> Response {
        let whole = self.content.len();
        let (start, end) = (range.start as usize, range.end as usize);
        let mut response = (StatusCode::PARTIAL_CONTENT, self.content.slice(start..end)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(ETAG, self.etag.clone());
        if let Ok(place) = HeaderValue::from_str(&format!("bytes {start}-{}/{whole}", end - 1)) {
            headers.insert(CONTENT_RANGE, place);
        }
        response
    }
}

fn asset(path: &str, content: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>, immutable: bool) -> Result<Asset> {
    // Weak, because the same tag goes with every encoding of the content.
    let etag = HeaderValue::from_str(&format!("W/\"{}\"", hex::encode(&Sha256::digest(&content)[..12]))).context("an ETag")?;
    Ok(Asset { content, brotli, gzip, kind: kind(path), etag, immutable })
}

fn read_folder(folder: &Path, prefix: &str, found: &mut HashMap<String, Bytes>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{prefix}/{name}");
        if entry.path().is_dir() {
            read_folder(&entry.path(), &path, found)?;
        } else {
            found.insert(path, std::fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

/// Whether a list of encodings takes `encoding` (`q=0` takes it out).
fn accepts(list: &str, encoding: &str) -> bool {
    list.split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        name.trim().eq_ignore_ascii_case(encoding) && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

fn matches_tag(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else { return false };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',').any(|tag| tag.trim() == "*" || bare(tag) == bare(etag))
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "mp3" => "audio/mpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn site() -> (tempfile::TempDir, Assets) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        for (name, content) in [
            (
                "manifest.json",
                r#"{"js": "/pkg/a.1.js", "wasm": "/pkg/a_bg.1.wasm", "loader": "/pkg/a_chunks.1.js",
                    "chunks": {"live": ["/pkg/split_live.1.wasm"]}, "worklet": "/capture/worklet.wasm"}"#,
            ),
            ("pkg/split_live.1.wasm", "chunk"),
            ("pkg/a.1.js", "plain"),
            ("pkg/a.1.js.br", "brotli"),
            ("pkg/a.1.js.gz", "gzip"),
            ("favicon.svg", "<svg/>"),
            ("call.mp3", "0123456789"),
        ] {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let assets = Assets::load(folder.path()).unwrap();
        (folder, assets)
    }

    fn headers(name: http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_best_encoding_that_is_accepted_is_sent() {
        let (_folder, assets) = site();
        for (accepted, encoding) in
            [("gzip, deflate, br", Some("br")), ("gzip", Some("gzip")), ("br;q=0, gzip", Some("gzip")), ("identity", None)]
        {
            let response = assets.get("/pkg/a.1.js", &headers(ACCEPT_ENCODING, accepted)).unwrap();
            assert_eq!(response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap()), encoding, "{accepted}");
            assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        }
    }

    #[test]
    fn what_the_manifest_names_is_kept_for_ever() {
        let (_folder, assets) = site();
        for (path, word) in [("/pkg/a.1.js", "immutable"), ("/pkg/split_live.1.wasm", "immutable"), ("/favicon.svg", "must-revalidate")] {
            let response = assets.get(path, &HeaderMap::new()).unwrap();
            assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().contains(word), "{path}");
        }
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        let (_folder, assets) = site();
        let first = assets.get("/favicon.svg", &HeaderMap::new()).unwrap();
        assert!(first.headers()[CACHE_CONTROL].to_str().unwrap().contains("must-revalidate"));
        let etag = first.headers()[ETAG].to_str().unwrap();
        assert_eq!(assets.get("/favicon.svg", &headers(IF_NONE_MATCH, etag)).unwrap().status(), StatusCode::NOT_MODIFIED);
        assert_eq!(assets.get("/favicon.svg", &headers(IF_NONE_MATCH, "\"other\"")).unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_sound_comes_in_parts_and_nothing_else_does() {
        let (_folder, assets) = site();
        let asked = headers(RANGE, "bytes=2-4");
        let part = assets.get("/call.mp3", &asked).unwrap();
        assert_eq!((part.status(), part.headers()[CONTENT_RANGE].as_bytes()), (StatusCode::PARTIAL_CONTENT, &b"bytes 2-4/10"[..]));
        assert_eq!(part.headers()[CONTENT_TYPE], "audio/mpeg");
        assert_eq!(axum::body::to_bytes(part.into_body(), 100).await.unwrap(), "234");
        let whole = assets.get("/call.mp3", &HeaderMap::new()).unwrap();
        assert_eq!((whole.status(), whole.headers()[ACCEPT_RANGES].as_bytes()), (StatusCode::OK, &b"bytes"[..]));
        assert_eq!(assets.get("/favicon.svg", &asked).unwrap().status(), StatusCode::OK);
    }

    #[test]
    fn nothing_outside_the_folder_is_a_file() {
        let (_folder, assets) = site();
        for path in ["/../Cargo.toml", "/pkg/../../etc/passwd", "/manifest.json", "/pkg/a.1.js.br", "/pkg", "/"] {
            assert!(assets.get(path, &HeaderMap::new()).is_none(), "{path}");
        }
    }

    #[test]
    fn a_missing_folder_is_an_empty_one_but_a_broken_manifest_is_said() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Assets::load(&folder.path().join("none")).unwrap().manifest().is_none());
        std::fs::write(folder.path().join("manifest.json"), "{").unwrap();
        assert!(format!("{:#}", Assets::load(folder.path()).unwrap_err()).contains("manifest.json"));
    }
}
