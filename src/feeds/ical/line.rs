//! Content lines of iCalendar (RFC 5545 section 3.1): escaped, and folded at 75 octets. Must not know what they say.

use std::fmt::Write as _;

/// Octets of a line at most, without its end.
const OCTETS: usize = 75;

/// A calendar under construction.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    /// Appends a line: a name with its parameters, and a value that is already in its form.
    pub(super) fn raw(&mut self, name: &str, value: &str) -> &mut Self {
        let mut octets = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            // A line break or another control would start a line of somebody else's.
            if character.is_control() && character != '\t' {
                continue;
            }
            if octets + character.len_utf8() > OCTETS {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(character);
            octets += character.len_utf8();
        }
        self.text.push_str("\r\n");
        self
    }

    /// Appends a line with a text (section 3.3.11).
    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        let value = escape(value);
        self.raw(name, &value)
    }

    /// Appends a line with several texts.
    pub(super) fn texts<'a>(&mut self, name: &str, values: impl Iterator<Item = &'a str>) -> &mut Self {
        let values: Vec<String> = values.map(escape).collect();
        if values.is_empty() { self } else { self.raw(name, &values.join(",")) }
    }

    /// The finished text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => {
                let _ = write!(escaped, "\\{character}");
            }
            '\n' => escaped.push_str("\\n"),
            _ => escaped.push(character),
        }
    }
    escaped
}
