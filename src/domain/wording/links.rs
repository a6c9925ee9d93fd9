//! Finds the addresses in a text (`https://…`, `www.…`, the targets of Markdown links), whose words and digits are
//! nobody's wording. Must not judge them.

use std::ops::Range;

/// Longest scheme looked for before `://`.
const SCHEME_BYTES: usize = 20;

/// An address in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Its bytes; for a Markdown link, the parenthesis and its content.
    pub(super) bytes: Range<usize>,
    /// It is the target of a Markdown link, so that the sentence goes on through it.
    pub(super) is_target: bool,
    /// It names a person's mailbox or telephone (`mailto:`, `tel:`), which is no reason to look away.
    pub(super) is_contact: bool,
}

/// The addresses of a text, in order, without overlap; linear in the text.
pub(super) fn find(text: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices([':', ']', 'w', 'W']) {
        if at < from {
            continue;
        }
        let Some(rest) = text.get(at..) else { continue };
        let link = if rest.starts_with("://") {
            let start = scheme_start(text, at).max(from);
            Some(Link { bytes: start..at + address_bytes(rest), is_target: false, is_contact: false })
        } else if rest.starts_with("](") {
            Some(target(rest, at))
        } else if rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
            Some(Link { bytes: at..at + address_bytes(rest), is_target: false, is_contact: false })
        } else {
            None
        };
        if let Some(link) = link {
            from = link.bytes.end;
            links.push(link);
        }
    }
    links
}

fn scheme_start(text: &str, colon: usize) -> usize {
    let before = text.as_bytes().get(..colon).unwrap_or_default();
    let scheme = before
        .iter()
        .rev()
        .take(SCHEME_BYTES)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    colon - scheme.count()
}

/// The length of an address that stands free in the text.
fn address_bytes(rest: &str) -> usize {
    rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '"' | '<' | '|' | '«' | '»' | '“' | '”'))
        .unwrap_or(rest.len())
}

/// The target of a Markdown link, whose text ends at `at`: to the parenthesis that closes it, or to white space (a
/// title follows, which is wording).
fn target(rest: &str, at: usize) -> Link {
    let mut depth = 0_u32;
    let mut length = rest.len();
    for (offset, c) in rest.char_indices().skip(1) {
        match c {
            '(' => depth += 1,
            ')' if depth <= 1 => {
                length = offset + 1;
                break;
            }
            ')' => depth -= 1,
            c if c.is_whitespace() => {
                length = offset;
                break;
            }
            _ => {}
        }
    }
    let is_contact = rest.get(2..).is_some_and(|inner| inner.starts_with("mailto:") || inner.starts_with("tel:"));
    Link { bytes: at..at + length, is_target: true, is_contact }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|link| &text[link.bytes]).collect()
    }

    #[test]
    fn addresses_are_found_with_their_ends() {
        assert_eq!(found("see https://a.ca/addict, and www.b.ca/x."), ["https://a.ca/addict,", "www.b.ca/x."]);
        assert_eq!(found("[text](https://a.ca/x_(y)) more"), ["](https://a.ca/x_(y))"]);
        assert_eq!(found("[text](/junkie \"junkie\") more"), ["](/junkie"]);
        assert_eq!(found("<https://a.ca/x> (http://b.ca)"), ["https://a.ca/x", "http://b.ca"]);
        assert_eq!(found("no: address ] ( www here"), Vec::<&str>::new());
    }

    #[test]
    fn a_mailbox_is_a_contact() {
        let links = find("[write](mailto:jane@a.ca)");
        assert!(links[0].is_contact && links[0].is_target);
    }
}
