//! The scoper of component styles, as the build runs it.
#![allow(clippy::unwrap_used)]

#[path = "../../build/breakpoints.rs"]
mod breakpoints;
#[path = "../../build/scope.rs"]
mod scope;

const PATH: &str = "components/button.css";

fn scoped(css: &str) -> String {
    let scoped = scope::scope(PATH, css).unwrap();
    scoped.css.replace(&scoped.class, "X")
}

fn faults(css: &str) -> Vec<(usize, String)> {
    scope::scope(PATH, css).unwrap_err().into_iter().map(|fault| (fault.line, fault.message)).collect()
}

#[test]
fn every_class_is_bound_to_its_file() {
    assert_eq!(scoped(".button, .link > .icon { gap: var(--space-2); }"), ".button.X,.link.X > .icon.X{gap:var(--space-2);}");
}

#[test]
fn nesting_and_selector_functions_pass() {
    let css = ".row {\n  color: var(--text);\n  &:has(.box:checked, [data-a=\".b\"]) .mark { opacity: 0.5; }\n  & > svg { width: 1em; }\n}";
    assert_eq!(scoped(css), ".row.X{color:var(--text);&:has(.box.X:checked, [data-a=\".b\"]) .mark.X{opacity:0.5;}& > svg{width:1em;}}");
}

#[test]
fn at_rules_hold_rules_and_keep_their_lengths() {
    let css = "@container page (width < 640px) { .a { display: none; } @media (hover: hover) { .a:hover { opacity: 1; } } }";
    assert_eq!(scoped(css), "@container page (width < 640px){.a.X{display:none;}@media (hover: hover){.a.X:hover{opacity:1;}}}");
}

#[test]
fn an_at_rule_inside_a_rule_takes_declarations() {
    assert_eq!(scoped(".a { @media (width < 640px) { gap: 0; } }"), ".a.X{@media (width < 640px){gap:0;}}");
}

#[test]
fn keyframes_belong_to_their_file() {
    let css = "@keyframes pulse { 50% { opacity: 0.4; } } .a { animation: pulse var(--motion-slow) infinite; }";
    assert_eq!(scoped(css), "@keyframes pulse-X{50%{opacity:0.4;}}.a.X{animation:pulse-X var(--motion-slow) infinite;}");
}

#[test]
fn strings_and_comments_are_left_alone() {
    let css = "/* .no { } */ .a::before { content: \"red; { .b\"; }";
    assert_eq!(scoped(css), ".a.X::before{content:\"red; { .b\";}");
}

#[test]
fn the_class_comes_from_the_path_and_the_names_are_known() {
    let one = scope::scope("components/a.css", ".label{}").unwrap();
    let other = scope::scope("components/b.css", ".title{}").unwrap();
    assert_ne!(one.class, other.class);
    assert_eq!(one.path, "components/a.css");
    assert_eq!(one.names.into_iter().collect::<Vec<_>>(), ["label"]);
}

#[test]
fn module_names_follow_the_path() {
    assert_eq!(scope::module_name("components/text_area.css"), "text_area");
    assert_eq!(scope::module_name("pages/calls/review.css"), "calls_review");
    assert_eq!(scope::module_name("pages/home/mod.css"), "home");
    assert_eq!(scope::module_name("frame.css"), "frame");
}

#[test]
fn bare_selectors_fail_with_their_line() {
    assert_eq!(faults(".a {}\n\nbutton { gap: 0; }")[0].0, 3);
    assert_eq!(faults(".a td { gap: 0; }").len(), 1);
    assert_eq!(faults("* { gap: 0; }").len(), 1);
}

#[test]
fn raw_colours_fail() {
    for value in ["#fff", "#a1b2c3", "rgb(0 0 0 / 50%)", "oklch(0.5 0.1 20)", "hsl(1 2% 3%)", "rebeccapurple", "Red"] {
        assert_eq!(faults(&format!(".a {{\n color: {value}; }}")).len(), 1, "{value}");
    }
    for value in ["transparent", "currentColor", "var(--red)", "color-mix(in oklch, var(--a) 10%, transparent)", "CanvasText", "inherit"] {
        assert!(scope::scope(PATH, &format!(".a {{ color: {value}; }}")).is_ok(), "{value}");
    }
}

#[test]
fn raw_lengths_fail() {
    for value in ["1px", "-4px", "1.5rem", "calc(100% - 12px)", "var(--a, 3px)"] {
        assert_eq!(faults(&format!(".a {{ width: {value}; }}"))[0].0, 1, "{value}");
    }
    for value in ["0", "0px", "50%", "1fr", "100dvh", "40ch", "1.2em", "calc(100% - var(--space-2))", "\"4px\""] {
        assert!(scope::scope(PATH, &format!(".a {{ width: {value}; }}")).is_ok(), "{value}");
    }
}

#[test]
fn broken_css_fails() {
    assert_eq!(faults(".a { color: var(--text);"), [(1, "this block is never closed".to_owned())]);
    assert_eq!(faults(".a {\n nonsense; }")[0].0, 2);
    assert_eq!(faults("gap: 0;").len(), 1);
    assert_eq!(faults("@import \"x.css\";").len(), 1);
}

#[test]
fn globals_lose_comments_and_indentation_only() {
    assert_eq!(scope::compact("/* why */\n:root {\n  --font: \"A  B\", serif;\n}\n"), ":root{--font: \"A  B\", serif;}");
}

#[test]
fn layouts_change_at_named_widths_only() {
    let list = breakpoints::read("/* a: 1; { */ :root { --phone: 40rem; /* b */ --wide: 68.75rem; }");
    let fill_in = |css: &str| breakpoints::fill_in(css, &list).map_err(|(line, _)| line);
    let filled = fill_in(
        ".a {\n  margin: 640px;\n  @media (--phone <= width < --wide) { color: red; }\n  @container page (width < --phone) { b: c; }\n}",
    );
    let wanted =
        ".a {\n  margin: 640px;\n  @media (40rem <= width < 68.75rem) { color: red; }\n  @container page (width < 45.714rem) { b: c; }\n}";
    assert_eq!(filled, Ok(wanted.to_owned()));
    for wrong in ["(width < 640px)", "(width < 40rem)", "(width < --tablet)", "(width<--phone)", "(min-width: 40rem)"] {
        assert_eq!(fill_in(&format!(".a {{ b: c; }}\n@media {wrong} {{ .a {{ b: d; }} }}")), Err(2), "{wrong}");
    }
    assert_eq!(
        fill_in("@media (prefers-reduced-motion: reduce) { .a { b: c; } }").as_deref(),
        Ok("@media (prefers-reduced-motion: reduce) { .a { b: c; } }")
    );
    let ours = breakpoints::read(include_str!("../../../style/breakpoints.css"));
    assert!(ours.len() > 5 && ours.values().all(|width| width.ends_with("rem")), "{ours:?}");
    // What a container's width is multiplied with follows from the size that html has.
    let base = include_str!("../../../style/base.css");
    assert!(base.contains("html { background: var(--bg); color: var(--text); font: var(--weight) var(--text-14)/"), "{base:.300}");
}
