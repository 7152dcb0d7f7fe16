//! Colours of text and of what it stands on, as far as they hide it.

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The page itself.
pub const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
/// Text that says nothing of its colour.
pub const BLACK: Rgb = Rgb(0, 0, 0);

/// The note about white text on the page.
pub const WHITE_LEFT_OUT: &str = "White text on a white page was left out.";
/// The note about text in any other colour that its ground has too.
pub const SAME_LEFT_OUT: &str = "Text in the colour of what it stands on was left out.";

/// Parts of colours that differ by no more than this are the same to an eye.
const NEAR: u8 = 7;

impl Rgb {
    /// Whether text of this colour can't be told from a ground of the other one.
    pub fn is_like(self, ground: Self) -> bool {
        self.0.abs_diff(ground.0) <= NEAR && self.1.abs_diff(ground.1) <= NEAR && self.2.abs_diff(ground.2) <= NEAR
    }

    /// Which note text of this colour on its like deserves.
    fn note(self) -> &'static str {
        if self.is_like(WHITE) { WHITE_LEFT_OUT } else { SAME_LEFT_OUT }
    }

    /// Made lighter (above 0) or darker (below) by a share.
    pub fn tinted(self, tint: f64) -> Self {
        let part = |part: u8| {
            let part = f64::from(part);
            let made = if tint < 0.0 { part * (1.0 + tint) } else { part + (255.0 - part) * tint };
            made.round().clamp(0.0, 255.0) as u8
        };
        Self(part(self.0), part(self.1), part(self.2))
    }
}

/// A colour of six hexadecimal digits, of three, or of eight, the first two of which are its opacity.
pub fn hex(digits: &str) -> Option<Rgb> {
    let digits = digits.trim().trim_start_matches('#');
    let digits = if digits.len() == 8 { digits.get(2..)? } else { digits };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let part = |from: usize, to: usize| u8::from_str_radix(digits.get(from..to)?, 16).ok();
    match digits.len() {
        3 => Some(Rgb(part(0, 1)? * 17, part(1, 2)? * 17, part(2, 3)? * 17)),
        6 => Some(Rgb(part(0, 2)?, part(2, 4)?, part(4, 6)?)),
        _ => None,
    }
}

/// What something says of the ground that its text stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Nothing: what is behind it is seen.
    #[default]
    Clear,
    /// One colour.
    Is(Rgb),
    /// Something else: a pattern, a picture.
    Unknown,
}

/// The ground of a text, by what says something of it, the nearest first, and the page.
pub fn ground(nearest: impl IntoIterator<Item = Ground>, page: Option<Rgb>) -> Option<Rgb> {
    match nearest.into_iter().find(|ground| *ground != Ground::Clear) {
        Some(Ground::Is(color)) => Some(color),
        Some(Ground::Unknown) => None,
        Some(Ground::Clear) | None => page,
    }
}

/// The note that text deserves whose colour is that of its ground; none if it is seen, or if that isn't known.
pub fn unseen(color: Option<Rgb>, ground: Option<Rgb>) -> Option<&'static str> {
    color.zip(ground).filter(|(color, ground)| color.is_like(*ground)).map(|(color, _)| color.note())
}

/// What a style says of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Css {
    /// This one.
    Is(Rgb),
    /// None at all: nothing is seen of it.
    Clear,
    /// One that isn't known.
    Unknown,
}

/// A colour as CSS writes it, in lower case.
pub fn css(value: &str) -> Css {
    let value = value.trim();
    if matches!(value, "transparent" | "none") {
        return Css::Clear;
    }
    if let Some(digits) = value.strip_prefix('#') {
        let (digits, opacity) = match digits.len() {
            4 => (digits.get(..3), digits.get(3..)),
            8 => (digits.get(..6), digits.get(6..)),
            _ => (Some(digits), None),
        };
        if opacity.is_some_and(|opacity| opacity.bytes().all(|byte| byte == b'0')) {
            return Css::Clear;
        }
        return digits.and_then(hex).map_or(Css::Unknown, Css::Is);
    }
    if let Some(parts) = value.strip_prefix("rgba(").or_else(|| value.strip_prefix("rgb(")) {
        let numbers: Vec<Option<f32>> = parts
            .trim_end_matches(')')
            .split([',', ' ', '/'])
            .filter(|part| !part.is_empty())
            .map(|part| match part.strip_suffix('%') {
                Some(percent) => percent.parse::<f32>().ok().map(|percent| (percent * 2.55).round()),
                None => part.parse().ok(),
            })
            .collect();
        return match numbers[..] {
            [_, _, _, Some(opacity)] if opacity <= 0.01 => Css::Clear,
            // What shines through can't be told.
            [_, _, _, Some(opacity)] if opacity < 0.9 => Css::Unknown,
            [Some(red), Some(green), Some(blue), ..] => Css::Is(Rgb(red as u8, green as u8, blue as u8)),
            _ => Css::Unknown,
        };
    }
    NAMES.iter().find(|(name, _)| *name == value).map_or(Css::Unknown, |(_, color)| Css::Is(*color))
}

/// The names that people use.
const NAMES: [(&str, Rgb); 40] = [
    ("white", WHITE),
    ("black", BLACK),
    ("snow", Rgb(255, 250, 250)),
    ("ivory", Rgb(255, 255, 240)),
    ("ghostwhite", Rgb(248, 248, 255)),
    ("floralwhite", Rgb(255, 250, 240)),
    ("whitesmoke", Rgb(245, 245, 245)),
    ("gray", Rgb(128, 128, 128)),
    ("grey", Rgb(128, 128, 128)),
    ("darkgray", Rgb(169, 169, 169)),
    ("darkgrey", Rgb(169, 169, 169)),
    ("lightgray", Rgb(211, 211, 211)),
    ("lightgrey", Rgb(211, 211, 211)),
    ("gainsboro", Rgb(220, 220, 220)),
    ("silver", Rgb(192, 192, 192)),
    ("dimgray", Rgb(105, 105, 105)),
    ("red", Rgb(255, 0, 0)),
    ("darkred", Rgb(139, 0, 0)),
    ("maroon", Rgb(128, 0, 0)),
    ("orange", Rgb(255, 165, 0)),
    ("gold", Rgb(255, 215, 0)),
    ("yellow", Rgb(255, 255, 0)),
    ("lightyellow", Rgb(255, 255, 224)),
    ("beige", Rgb(245, 245, 220)),
    ("olive", Rgb(128, 128, 0)),
    ("lime", Rgb(0, 255, 0)),
    ("green", Rgb(0, 128, 0)),
    ("darkgreen", Rgb(0, 100, 0)),
    ("lightgreen", Rgb(144, 238, 144)),
    ("teal", Rgb(0, 128, 128)),
    ("aqua", Rgb(0, 255, 255)),
    ("cyan", Rgb(0, 255, 255)),
    ("blue", Rgb(0, 0, 255)),
    ("darkblue", Rgb(0, 0, 139)),
    ("navy", Rgb(0, 0, 128)),
    ("lightblue", Rgb(173, 216, 230)),
    ("purple", Rgb(128, 0, 128)),
    ("fuchsia", Rgb(255, 0, 255)),
    ("magenta", Rgb(255, 0, 255)),
    ("pink", Rgb(255, 192, 203)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_told_from_colours() {
        for white in ["FFFFFF", "#fefefe", "FFFFFFFF", "#fff"] {
            assert!(hex(white).is_some_and(|color| color.is_like(WHITE)), "{white}");
        }
        for other in ["", "auto", "FF0000", "eeeeee", "äöü", "aéxxxxx", "FFFF00"] {
            assert!(!hex(other).is_some_and(|color| color.is_like(WHITE)), "{other}");
        }
    }

    #[test]
    fn colours_are_read_as_styles_write_them() {
        assert_eq!(
            (css("#036"), css("rgb(0, 51, 102)"), css("rgb(0% 20% 40%)")),
            (Css::Is(Rgb(0, 51, 102)), Css::Is(Rgb(0, 51, 102)), Css::Is(Rgb(0, 51, 102)))
        );
        assert_eq!((css("rgba(0,0,0,0)"), css("#ffffff00"), css("transparent")), (Css::Clear, Css::Clear, Css::Clear));
        assert_eq!((css("var(--a)"), css("rgba(0,0,0,.5)"), css("navy")), (Css::Unknown, Css::Unknown, Css::Is(Rgb(0, 0, 128))));
        assert!(Rgb(0, 51, 102).is_like(Rgb(2, 50, 100)) && !Rgb(0, 51, 102).is_like(Rgb(20, 51, 102)));
        assert_eq!((WHITE.tinted(-0.5), BLACK.tinted(0.5)), (Rgb(128, 128, 128), Rgb(128, 128, 128)));
    }
}
