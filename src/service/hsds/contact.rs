//! Phone numbers and e-mail addresses of services. Must not keep what cannot be one.

/// A phone number as people dial it, and whether it had to be cleaned.
pub(super) fn phone(text: &str) -> Option<(String, bool)> {
    let clean =
        text.trim().trim_matches(|c: char| matches!(c, '"' | '\'' | '\u{201c}' | '\u{201d}') || c.is_whitespace());
    let digits = clean.chars().filter(char::is_ascii_digit).count();
    let is_dialled = |c: char| c.is_ascii_alphanumeric() || " +-().,;#*/\u{2013}\u{2011}".contains(c);
    let is_phone = (3..=20).contains(&digits) && clean.chars().count() <= 40 && clean.chars().all(is_dialled);
    is_phone.then(|| (clean.to_string(), clean != text.trim()))
}

/// Whether a text is an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._%+-".contains(c));
    let Some((local, host)) = text.split_once('@') else { return false };
    text.len() <= 254
        && is_word(local)
        && is_word(host)
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_dialled_or_written_to_is_kept() {
        assert_eq!(phone("\"+44 1234 234567\""), Some(("+44 1234 234567".to_string(), true)));
        assert_eq!(phone("1-800-555-0199 x 5"), Some(("1-800-555-0199 x 5".to_string(), false)));
        for bad in ["", "n/a", "<script>1234", "1", &"1".repeat(30)] {
            assert_eq!(phone(bad), None, "{bad}");
        }
        assert!(is_email("a.b+c@x.example"));
        for bad in ["a", "a@", "@b.example", "a@b", "a b@c.example", "a@b..example", "a@b.example\"onload=x"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
