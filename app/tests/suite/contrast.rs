//! Both colour schemes reach WCAG AA: 4.5 to 1 for words, 3 to 1 for the edges of controls, the focus and marks.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

const COLOURS: &str = include_str!("../../../style/tokens/colour.css");
const SURFACES: [&str; 5] = ["bg", "surface", "surface-raised", "surface-sunken", "surface-hover"];

/// Relative luminance of each token, light and dark.
fn luminances() -> BTreeMap<String, [f64; 2]> {
    let mut tokens = BTreeMap::new();
    for line in COLOURS.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(": ")) else { continue };
        let colours: Vec<f64> = value.split("oklch(").skip(1).map(luminance).collect();
        tokens.insert(name.to_owned(), [colours[0], *colours.last().unwrap()]);
    }
    tokens
}

/// Of the text after `oklch(`, by Björn Ottosson's matrices (<https://bottosson.github.io/posts/oklab/>) and WCAG 2.2.
fn luminance(text: &str) -> f64 {
    let numbers: Vec<f64> = text.split_once(')').unwrap().0.split_whitespace().take(3).map(|n| n.parse().unwrap()).collect();
    let (l, a, b) = (numbers[0], numbers[1] * numbers[2].to_radians().cos(), numbers[1] * numbers[2].to_radians().sin());
    let cube = |x: f64, y: f64| (l + x * a + y * b).powi(3);
    let (l, m, s) =
        (cube(0.396_337_777_4, 0.215_803_757_3), cube(-0.105_561_345_8, -0.063_854_172_8), cube(-0.089_484_177_5, -1.291_485_548_0));
    let red = 4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s;
    let green = -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s;
    let blue = -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s;
    0.2126 * red.clamp(0.0, 1.0) + 0.7152 * green.clamp(0.0, 1.0) + 0.0722 * blue.clamp(0.0, 1.0)
}

fn faults(least: f64, pairs: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let tokens = luminances();
    let mut faults = Vec::new();
    for (front, back) in pairs {
        for (i, scheme) in ["light", "dark"].into_iter().enumerate() {
            let (a, b) = (tokens[&front][i], tokens[&back][i]);
            let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            if ratio < least {
                faults.push(format!("{scheme}: {front} on {back} is {ratio:.2}, less than {least}"));
            }
        }
    }
    faults
}

fn each(fronts: &[&str], backs: &[&str]) -> Vec<(String, String)> {
    fronts.iter().flat_map(|front| backs.iter().map(|back| ((*front).to_owned(), (*back).to_owned()))).collect()
}

#[test]
fn black_on_white_is_21_to_1() {
    let (white, black) = (luminance("1 0 0)"), luminance("0 0 0)"));
    assert!(((white + 0.05) / (black + 0.05) - 21.0).abs() < 0.01);
}

#[test]
fn words_are_legible() {
    let mut pairs = each(&["text", "text-soft", "text-faint", "accent-text"], &SURFACES);
    pairs.extend(each(&["good", "warn", "bad", "info", "rep", "customer"], &SURFACES));
    for tone in ["good", "warn", "bad", "info", "rep", "customer"] {
        pairs.extend(each(&[tone, "text", "text-soft"], &[&format!("{tone}-soft")]));
    }
    pairs.extend(each(&["accent-text", "text"], &["accent-soft"]));
    pairs.extend(each(&["text", "text-soft"], &["surface-pressed"]));
    pairs.extend(each(&["text-on-accent"], &["accent", "accent-hover", "bad-solid", "bad-solid-hover"]));
    pairs.extend(each(&["text-inverse"], &["surface-inverse"]));
    assert_eq!(faults(4.5, pairs), Vec::<String>::new());
}

#[test]
fn controls_and_marks_are_visible() {
    let mut pairs = each(&["edge", "focus"], &["bg", "surface", "surface-raised", "surface-sunken"]);
    pairs.extend(each(&["good-solid", "bad-solid", "info-solid", "rep-solid", "customer-solid"], &["surface"]));
    assert_eq!(faults(3.0, pairs), Vec::<String>::new());
}
