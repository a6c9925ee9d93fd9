//! One pass over the text of a document before it is parsed: size, tokens and bracket depth, since the parser itself
//! recurses. Must not allocate, and must take time linear in the text.

use super::Fault;
use crate::domain::limits::Limits;

/// What the pass counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Lexical tokens.
    pub tokens: usize,
    /// Deepest nesting of `{}`, `[]` and `()`.
    pub depth: usize,
}

/// Counts tokens and brackets, and refuses control characters and what is above a limit.
pub fn scan(text: &str, limits: &Limits) -> Result<Scan, Fault> {
    Fault::above("document size in bytes", text.len(), limits.document_bytes)?;
    let bytes = text.as_bytes();
    let mut found = Scan::default();
    let mut depth = 0_usize;
    let mut at = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        refuse_control(byte, at)?;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => {
                at += 1;
                continue;
            }
            b'#' => {
                at = skip_comment(bytes, at)?;
                continue;
            }
            b'{' | b'[' | b'(' => {
                depth += 1;
                found.depth = found.depth.max(depth);
                at += 1;
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'"' => at = skip_string(bytes, at)?,
            b'.' => at += bytes.iter().skip(at).take(3).take_while(|byte| **byte == b'.').count(),
            _ if is_word(byte) => at += bytes.iter().skip(at).take_while(|byte| is_word(**byte)).count(),
            _ => at += 1,
        }
        found.tokens += 1;
    }
    if found.depth > limits.bracket_depth {
        return Err(Fault::TooDeep { what: "bracket depth", value: found.depth, limit: limits.bracket_depth });
    }
    Fault::above("document size in tokens", found.tokens, limits.document_tokens)?;
    Ok(found)
}

/// Names, numbers and everything that is not ASCII: a run of them is one token.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | 0x80..)
}

fn refuse_control(byte: u8, at: usize) -> Result<(), Fault> {
    if byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r') {
        return Err(Fault::Malformed(format!("the document holds the control character U+{byte:04X} at byte {at}")));
    }
    Ok(())
}

fn skip_comment(bytes: &[u8], from: usize) -> Result<usize, Fault> {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        refuse_control(byte, at)?;
        if matches!(byte, b'\n' | b'\r') {
            break;
        }
        at += 1;
    }
    Ok(at)
}

/// Skips a string or a block string. One that does not end takes the rest of the text; the parser then refuses it.
fn skip_string(bytes: &[u8], from: usize) -> Result<usize, Fault> {
    let is_block = bytes.get(from..from + 3) == Some(b"\"\"\"");
    let mut at = if is_block { from + 3 } else { from + 1 };
    while let Some(&byte) = bytes.get(at) {
        refuse_control(byte, at)?;
        match byte {
            b'\\' if is_block => {
                let is_quotes = bytes.get(at + 1..at + 4) == Some(b"\"\"\"");
                at += if is_quotes { 4 } else { 1 };
            }
            b'\\' => at += 2,
            b'"' if is_block && bytes.get(at..at + 3) == Some(b"\"\"\"") => return Ok(at + 3),
            b'"' if !is_block => return Ok(at + 1),
            b'\n' | b'\r' if !is_block => return Ok(at),
            _ => at += 1,
        }
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (usize, usize) {
        let scan = scan(text, &Limits::default()).unwrap();
        (scan.tokens, scan.depth)
    }

    #[test]
    fn tokens_and_brackets_are_counted_outside_strings_and_comments() {
        for (text, tokens, depth) in [
            ("", 0, 0),
            ("{ a }", 3, 1),
            ("\u{feff}{ a, b }", 4, 1),
            ("{ a(x: \"{{{\") }", 8, 2),
            ("{ a(x: \"\\\"{\") }", 8, 2),
            ("{ a(x: \"\"\"{ \"{\" \\\"\"\" { \"\"\") }", 8, 2),
            ("{ a # {{{{\n b }", 4, 1),
            ("{ a # {{{{\r b }", 4, 1),
            ("{ ...F ... on T { x } }", 10, 2),
            ("query($a: [Int!] = [1 -2.5e+3]) { a }", 20, 2),
            ("{ a(x: \"unterminated", 6, 2),
            ("{ a(x: \"\"\"unterminated {{{", 6, 2),
            ("\"\\", 1, 0),
            ("}}}}{", 5, 1),
            ("é", 1, 0),
        ] {
            assert_eq!(counted(text), (tokens, depth), "{text}");
        }
    }

    #[test]
    fn what_is_above_a_limit_is_refused_with_value_and_limit() {
        let limits = Limits::default();
        for (text, code, message) in [
            ("{".repeat(65), "QUERY_TOO_DEEP", "bracket depth of 65 exceeds the maximum of 64"),
            ("[".repeat(2_000), "QUERY_TOO_DEEP", "bracket depth of 2000 exceeds the maximum of 64"),
            ("a ".repeat(2_001), "QUERY_TOO_COMPLEX", "document size in tokens of 2001 exceeds the maximum of 2000"),
            (" ".repeat(16_385), "QUERY_TOO_COMPLEX", "document size in bytes of 16385 exceeds the maximum of 16384"),
            ("{ a\0 }".into(), "BAD_REQUEST", "the document holds the control character U+0000 at byte 3"),
            ("{ a(x: \"\x07\") }".into(), "BAD_REQUEST", "the document holds the control character U+0007 at byte 8"),
            ("# \x1b".into(), "BAD_REQUEST", "the document holds the control character U+001B at byte 2"),
            ("\x7f".into(), "BAD_REQUEST", "the document holds the control character U+007F at byte 0"),
        ] {
            let fault = scan(&text, &limits).unwrap_err();
            assert_eq!((fault.code(), fault.to_string().as_str()), (code, message));
        }
    }
}
