//! Numbers as a spreadsheet shows them: the language of number formats of ECMA-376 (18.8.31).
//!
//! What a person sees counts: `0.15` in a cell of format `0.0%` is `15.0%`. A date that has its day, month and year in numbers is written
//! as ISO does, since `03/04/2027` means two days; every other date as its format says.

mod dates;
mod digits;
mod sections;

use sections::{CodeToken, Section};

/// The formats that files name by number only. Those of currencies follow the language of the program; the dollar is their default.
pub fn built_in(id: u32) -> Option<&'static str> {
    Some(match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 | 6 => "$#,##0_);($#,##0)",
        7 | 8 => "$#,##0.00_);($#,##0.00)",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "mm-dd-yy",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "m/d/yy h:mm",
        37 | 38 => "#,##0_);(#,##0)",
        39 | 40 => "#,##0.00_);(#,##0.00)",
        41 => "_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)",
        42 => "_($* #,##0_);_($* (#,##0);_($* \"-\"_);_(@_)",
        43 => "_(* #,##0.00_);_(* (#,##0.00);_(* \"-\"??_);_(@_)",
        44 => "_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"??_);_(@_)",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => return None,
    })
}

/// A number as the format shows it. `is_1904` says which day the workbook counts from. Empty if the format hides it.
pub fn number(value: f64, format: &str, is_1904: bool) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let sections = sections::parse(format);
    let Some((section, value)) = choose(&sections, value) else { return general(value) };
    let text = if section.is_date() { dates::show(section, value, is_1904) } else { plain(section, value) };
    tidy(&text)
}

/// A text as the format shows it.
pub fn text(value: &str, format: &str) -> String {
    let sections = sections::parse(format);
    let of_text =
        sections.iter().rfind(|section| section.tokens.contains(&CodeToken::Text)).filter(|_| sections.len() == 4 || sections.len() == 1);
    match (of_text, sections.len()) {
        (Some(section), _) => {
            let shown = section.tokens.iter().map(|token| match token {
                CodeToken::Text => value,
                CodeToken::Literal(text) => text.as_str(),
                _ => "",
            });
            shown.collect()
        }
        // A fourth section that shows nothing hides texts.
        (None, 4) => String::new(),
        _ => value.to_owned(),
    }
}

/// The section that shows a value, and the value as it shows it: without a sign if the section stands for negative ones.
fn choose(sections: &[Section], value: f64) -> Option<(&Section, f64)> {
    let numbers = &sections[..sections.len().min(3)];
    if numbers.iter().any(|section| section.condition.is_some()) {
        let found = numbers.iter().find(|section| section.condition.as_ref().is_none_or(|condition| condition.holds(value)))?;
        let all_negative = found.condition.as_ref().is_some_and(sections::Condition::only_negative);
        return Some((found, if all_negative { value.abs() } else { value }));
    }
    match numbers {
        [] => None,
        [one] => Some((one, value)),
        [_, negative, ..] if value < 0.0 => Some((negative, value.abs())),
        [_, _, zero] if value == 0.0 => Some((zero, value)),
        [positive, ..] => Some((positive, value)),
    }
}

fn plain(section: &Section, value: f64) -> String {
    // A number in a cell of texts is shown as it is.
    if section.tokens.iter().any(|token| matches!(token, CodeToken::General | CodeToken::Text)) {
        let shown = section.tokens.iter().map(|token| match token {
            CodeToken::General | CodeToken::Text => general(value),
            CodeToken::Literal(text) => text.clone(),
            _ => String::new(),
        });
        return shown.collect();
    }
    digits::show(section, value)
}

/// A number without a format: without the noise of binary fractions, 15 digits.
pub fn general(value: f64) -> String {
    format!("{value:.14e}").parse::<f64>().unwrap_or(value).to_string()
}

/// Spaces that only align are none.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: f64, format: &str) -> String {
        number(value, format, false)
    }

    #[test]
    fn numbers_are_shown_as_their_format_says() {
        for (value, format, expected) in [
            (0.15, "0.0%", "15.0%"),
            (0.275, "0%", "28%"),
            (1020.0, "#,##0.00\" EUR\"", "1,020.00 EUR"),
            (4.0, "00000", "00004"),
            (1234.5, "$#,##0", "$1,235"),
            (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
            (1234567.0, "#,##0,\"K\"", "1,235K"),
            (1_234_567.0, "0.0,,\"M\"", "1.2M"),
            (-1200.0, "#,##0;(#,##0)", "(1,200)"),
            (-1200.0, "#,##0", "-1,200"),
            (-5.0, "0;[Red]-0", "-5"),
            (0.0, "0;-0;\"none\"", "none"),
            (1020.0, "_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"??_);_(@_)", "$ 1,020.00"),
            (0.0, "_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"??_);_(@_)", "$ -"),
            (2_025_550_123.0, "(000) 000-0000", "(202) 555-0123"),
            (15_550_123.0, "000-00-0000", "015-55-0123"),
            (5_550_123.0, "[<=9999999]###-####;(###) ###-####", "555-0123"),
            (2_025_550_123.0, "[<=9999999]###-####;(###) ###-####", "(202) 555-0123"),
            (1.5, "# ?/?", "1 1/2"),
            (0.333_333, "# ??/??", "1/3"),
            (2.0, "# ?/?", "2"),
            (0.375, "?/8", "3/8"),
            (12_345.0, "0.00E+00", "1.23E+04"),
            (0.000_12, "0.0E+00", "1.2E-04"),
            (12.5, "General\" seats\"", "12.5 seats"),
            (0.125, "0.00", "0.13"),
            (1.005, "0.00", "1.01"),
            (3.0, "0.##", "3."),
            (0.5, "#.##", ".5"),
            (7.0, "0\\ \"days\"", "7 days"),
            (7.0, ";;;", ""),
            (-0.001, "0.00", "0.00"),
            (12_345_678_901_234_600.0, "0", "12345678901234600"),
            (0.3, "General", "0.3"),
            (1200.0, "#,##0.00 [$CHF]", "1,200.00 CHF"),
            (30.0, "0 \"days\"_-", "30 days"),
            (30.0, "@", "30"),
        ] {
            assert_eq!(shown(value, format), expected, "{value} {format}");
        }
        assert_eq!(general(0.1 + 0.2), "0.3");
    }

    #[test]
    fn dates_are_shown_as_their_format_says() {
        for (value, format, expected) in [
            (46_356.0, "dd/mm/yyyy", "2026-11-30"),
            (46_356.0, "mm-dd-yy", "2026-11-30"),
            (46_356.562_5, "m/d/yy h:mm", "2026-11-30 13:30"),
            (46_356.0, "d mmmm yyyy", "30 November 2026"),
            (46_356.0, "mmm yyyy", "Nov 2026"),
            (46_356.0, "dddd, d mmm", "Monday, 30 Nov"),
            (0.5625, "h:mm AM/PM", "1:30 PM"),
            (0.5625, "hh:mm:ss", "13:30:00"),
            (1.5, "[h]:mm", "36:00"),
            (0.001_5, "mm:ss", "02:10"),
            (-0.5, "[h]:mm", "-12:00"),
            (1e15, "[h]:mm", "1000000000000000"),
            (-1e300, "[h] d", &format!("-1{}", "0".repeat(300))),
            (60.0, "yyyy-mm-dd", "1900-02-29"),
            (1.0, "yyyy-mm-dd", "1900-01-01"),
            (46_356.0, "[$-407]d. mmmm yyyy", "2026-11-30"),
            (46_356.0, "yyyy", "2026"),
            (46_356.0, "\"Q\"yyyy", "Q2026"),
        ] {
            assert_eq!(shown(value, format), expected, "{value} {format}");
        }
        assert_eq!(number(44_894.0, "yyyy-mm-dd", true), "2026-11-30");
    }

    #[test]
    fn texts_have_formats_too() {
        assert_eq!(
            (text("Meadow", "0;-0;0;\"Plan \"@"), text("Meadow", "0.00"), text("x", ";;;")),
            ("Plan Meadow".into(), "Meadow".into(), String::new())
        );
    }

    proptest::proptest! {
        #[test]
        fn no_format_breaks_anything(format in "[0#?.,%;@\\[\\]$€a-zA-Z\"\\\\_* /+-]{0,24}", value in proptest::num::f64::ANY) {
            let shown = number(value, &format, false);
            proptest::prop_assert!(shown.chars().count() < 2_000);
            text("x", &format);
        }
    }
}
