use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use url::Url;

use super::robots::PRODUCT;

/// More of one page are not followed.
const MOST_LINKS: usize = 5_000;

/// What a page says to those who visit it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageLinks {
    /// Where it leads, in order, absolute; those with `rel=nofollow` are left out.
    pub links: Vec<Url>,
    /// It must not be kept.
    pub noindex: bool,
    /// Its links must not be followed.
    pub nofollow: bool,
}

/// Reads the links and the robots' directives of an HTML page; `robots` is its `X-Robots-Tag` headers. Only tags are read:
/// nothing is built, run or fetched.
pub fn page_links(url: &Url, html: &[u8], robots: &str) -> PageLinks {
    let sink = Sink { base: RefCell::new(url.clone()), based: RefCell::new(false), found: RefCell::default() };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(String::from_utf8_lossy(html).as_ref().into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut found = tokenizer.sink.found.into_inner();
    robots.lines().for_each(|line| found.directives(&for_us(line)));
    found
}

/// `closezly: noindex` → `noindex`; what is for another robot → nothing.
fn for_us(line: &str) -> String {
    match line.split_once(':') {
        // Directives that have a value of their own: `unavailable_after: …`, `max-snippet: …`.
        Some((name, _)) if name.trim().contains(['_', '-', ',']) => line.to_owned(),
        Some((name, rest)) if name.trim().eq_ignore_ascii_case(PRODUCT) => rest.to_owned(),
        Some(_) => String::new(),
        None => line.to_owned(),
    }
}

impl PageLinks {
    fn directives(&mut self, text: &str) {
        for word in text.split(',').map(|word| word.trim().to_ascii_lowercase()) {
            self.noindex |= matches!(word.as_str(), "noindex" | "none");
            self.nofollow |= matches!(word.as_str(), "nofollow" | "none");
        }
    }
}

struct Sink {
    base: RefCell<Url>,
    based: RefCell<bool>,
    found: RefCell<PageLinks>,
}

impl Sink {
    fn start(&self, tag: &Tag) {
        let value = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value);
        match &*tag.name {
            "a" | "area" => {
                let nofollow =
                    value("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("nofollow")));
                if nofollow || self.found.borrow().links.len() >= MOST_LINKS {
                    return;
                }
                if let Some(link) = value("href").and_then(|href| self.base.borrow().join(href.trim()).ok()) {
                    self.found.borrow_mut().links.push(link);
                }
            }
            // Only the first counts.
            "base" if !*self.based.borrow() => {
                if let Some(base) = value("href").and_then(|href| self.base.borrow().join(href.trim()).ok()) {
                    *self.based.borrow_mut() = true;
                    *self.base.borrow_mut() = base;
                }
            }
            "meta" => {
                let name = value("name").unwrap_or_default();
                if name.eq_ignore_ascii_case("robots") || name.eq_ignore_ascii_case(PRODUCT) {
                    self.found.borrow_mut().directives(value("content").unwrap_or_default());
                }
            }
            _ => {}
        }
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != StartTag {
            return TokenSinkResult::Continue;
        }
        self.start(&tag);
        // What looks like a tag in here is none.
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(html: &str) -> PageLinks {
        page_links(&"https://a.example/docs/".parse().unwrap(), html.as_bytes(), "")
    }

    fn links(html: &str) -> Vec<String> {
        read(html).links.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_are_made_absolute() {
        let html =
            "<a href='x?a=1&amp;b=2'>x</a><A HREF=/y>y</a><area href='//b.example/z'><a name=q><a href='  ../w#f '><a href='http://['>";
        assert_eq!(
            links(html),
            ["https://a.example/docs/x?a=1&b=2", "https://a.example/y", "https://b.example/z", "https://a.example/w#f"]
        );
        assert_eq!(links("<base href='/other/'><base href='/third/'><a href=x>"), ["https://a.example/other/x"]);
    }

    #[test]
    fn what_is_no_link_is_none() {
        let html = "<!-- <a href=1> --><script>'<a href=2>'</script><style><a href=3></style><textarea><a href=4></textarea><title><a href=5></title><a rel='noopener NOFOLLOW' href=6><a href=7";
        assert_eq!(links(html), Vec::<String>::new());
        assert_eq!(links(&"<a href=x>".repeat(6_000)).len(), MOST_LINKS);
    }

    #[test]
    fn directives_are_read_from_the_page_and_its_headers() {
        let both = |page: PageLinks| (page.noindex, page.nofollow);
        assert_eq!(both(read("<meta name=ROBOTS content='NoIndex, follow'>")), (true, false));
        assert_eq!(both(read("<meta name=closezly content=none>")), (true, true));
        assert_eq!(both(read("<meta name=googlebot content=none>")), (false, false));
        let header = |text: &str| both(page_links(&"https://a.example/".parse().unwrap(), b"", text));
        assert_eq!(header("noindex"), (true, false));
        assert_eq!(header("otherbot: noindex\nClosezly: nofollow"), (false, true));
        assert_eq!(header("max-snippet: 20, noindex"), (true, false));
    }
}
