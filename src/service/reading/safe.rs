//! Words that other programs might run when they put a plain text where they should not: addresses that are code, and
//! handlers. Must not change what people say otherwise.

/// Schemes of addresses that run.
const SCHEMES: [&str; 6] = ["javascript", "vbscript", "livescript", "mocha", "jscript", "data"];

/// How the names of handlers go on after `on`.
const EVENTS: [&str; 58] = [
    "abort",
    "activate",
    "after",
    "animation",
    "auxclick",
    "before",
    "begin",
    "blur",
    "bounce",
    "cancel",
    "canplay",
    "change",
    "click",
    "close",
    "contextmenu",
    "copy",
    "cut",
    "dblclick",
    "drag",
    "drop",
    "emptied",
    "end",
    "error",
    "finish",
    "focus",
    "formdata",
    "gotpointer",
    "hashchange",
    "input",
    "invalid",
    "key",
    "load",
    "lostpointer",
    "message",
    "mouse",
    "page",
    "paste",
    "pause",
    "play",
    "pointer",
    "popstate",
    "progress",
    "ratechange",
    "readystate",
    "repeat",
    "reset",
    "resize",
    "scroll",
    "search",
    "select",
    "show",
    "start",
    "submit",
    "toggle",
    "touch",
    "transition",
    "unload",
    "wheel",
];

/// A text whose code does not run: the mark that makes it code became a space. Whether there was any.
pub(in crate::service) fn harmless(text: &str) -> (String, bool) {
    let mut kept = String::with_capacity(text.len());
    let mut is_changed = false;
    for (at, character) in text.char_indices() {
        let is_code = match character {
            ':' => {
                let after = text.get(at + 1..).and_then(|after| after.chars().next());
                after.is_some_and(|after| !after.is_whitespace())
                    && is_scheme(last_word(text, at))
                    && (!last_word(text, at).eq_ignore_ascii_case("data")
                        || is_data(text.get(at + 1..).unwrap_or_default()))
            }
            '=' => is_handler(last_word(text, text.get(..at).map_or(0, |before| before.trim_end().len()))),
            _ => false,
        };
        is_changed |= is_code;
        kept.push(if is_code { ' ' } else { character });
    }
    (kept, is_changed)
}

/// The letters before a place.
fn last_word(text: &str, end: usize) -> &str {
    let before = text.as_bytes().get(..end).unwrap_or_default();
    let length = before.iter().rev().take(24).take_while(|byte| byte.is_ascii_alphabetic()).count();
    text.get(end - length..end).unwrap_or_default()
}

fn is_scheme(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| word.ends_with(scheme))
}

/// Whether what follows `data:` is a document.
fn is_data(text: &str) -> bool {
    let head: String = text.chars().take(16).collect::<String>().to_ascii_lowercase();
    ["text/", "image/svg", "application/", ";", ","].iter().any(|kind| head.starts_with(kind))
}

fn is_handler(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    if word == "style" || word == "srcdoc" || word == "formaction" {
        return true;
    }
    word.strip_prefix("on")
        .or_else(|| word.strip_prefix("fson"))
        .is_some_and(|event| EVENTS.iter().any(|known| event.starts_with(known)))
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn code_in_words_does_not_run_and_words_stay() {
        for (given, kept) in [
            ("x\" onmouseover=\"alert(1)", "x\" onmouseover \"alert(1)"),
            ("JavaScript:alert(1)", "JavaScript alert(1)"),
            ("data:text/html,x", "data text/html,x"),
            ("onerror =alert(1)", "onerror  alert(1)"),
        ] {
            assert_eq!(harmless(given), (kept.to_string(), true));
        }
        for plain in
            ["Onset=15 min, of data: none", "JavaScript: the good parts", "a = b", "10:30", "https://a.example/?on=1"]
        {
            assert_eq!(harmless(plain), (plain.to_string(), false));
        }
    }
}
