//! What the value of a declaration in a component may not hold: colours and lengths that aren't tokens.

/// Units that name a length of their own. What is relative to something (`em`, `ch`, `%`, `fr`, `vh`, `cqi`) is allowed.
const UNITS: [&str; 8] = ["px", "rem", "pt", "pc", "cm", "mm", "in", "q"];

const FUNCTIONS: [&str; 9] = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch"];

/// The named colours of CSS Color 4. `transparent`, `currentColor` and the system colours are not among them.
const NAMES: &str = "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood \
cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey \
darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey \
darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite \
gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon \
lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue \
lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid \
mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin \
navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff \
peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver \
skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow \
yellowgreen";

/// The faults of one value, each with its offset.
pub fn value(value: &str) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    let mut start = None;
    let mut string = None;
    for (i, c) in value.char_indices().chain([(value.len(), ' ')]) {
        if let Some(quote) = string {
            if c == quote {
                string = None;
            }
            continue;
        }
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '#' | '.' | '%') {
            start.get_or_insert(i);
            continue;
        }
        if let Some(from) = start.take()
            && let Some(message) = word(&value[from..i], c == '(')
        {
            faults.push((from, message));
        }
        if c == '"' || c == '\'' {
            string = Some(c);
        }
    }
    faults
}

fn word(word: &str, calls: bool) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    if lower.starts_with("--") {
        return None;
    }
    if calls {
        return FUNCTIONS
            .contains(&lower.as_str())
            .then(|| format!("`{word}()` is a raw colour: use a token of `style/tokens/colour.css`"));
    }
    if lower.starts_with('#') || NAMES.split_whitespace().any(|name| name == lower) {
        return Some(format!("`{word}` is a raw colour: use a token of `style/tokens/colour.css`"));
    }
    let number = lower.trim_start_matches('-');
    let unit = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let digits = &number[..number.len() - unit.len()];
    let raw = !digits.is_empty() && digits.parse::<f64>().is_ok_and(|amount| amount != 0.0) && UNITS.contains(&unit);
    raw.then(|| format!("`{word}` is a raw length: use a token of `style/tokens/`"))
}
