//! Content lines of an iCalendar as it came, broken ones included (RFC 5545 section 3.1): unfolded, parted, and put into
//! components. Must not understand what they say.

use std::collections::BTreeMap;

/// A property: its parameters, and its value as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Property {
    pub name: String,
    parameters: BTreeMap<String, String>,
    pub value: String,
    /// Counted from 1.
    pub line: usize,
}

impl Property {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The value as a text (section 3.3.11).
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut characters = self.value.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                '\t' => text.push(' '),
                character if character.is_control() => {}
                character => text.push(character),
            }
        }
        text
    }
}

/// A component with what stands in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Component {
    pub name: String,
    pub properties: Vec<Property>,
    pub inside: Vec<Component>,
}

impl Component {
    pub(super) fn find(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    /// All components of a name, however deep.
    pub(super) fn within<'a>(&'a self, name: &str, found: &mut Vec<&'a Component>) {
        for component in &self.inside {
            if component.name == name {
                found.push(component);
            }
            component.within(name, found);
        }
    }
}

/// Reads a file. Bytes that are not UTF-8 are read as ISO 8859-1; lines that are none are told.
pub(super) fn read(bytes: &[u8], report: &mut Vec<String>) -> Component {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => {
            report.push("the file is not UTF-8, and was read as ISO 8859-1".to_string());
            bytes.iter().map(|byte| char::from(*byte)).collect()
        }
    };
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut open = vec![Component::default()];
    for (line, unfolded) in unfold(&text) {
        let Some(property) = part(&unfolded, line) else {
            report.push(format!("line {line}: is no content line, and was left out"));
            continue;
        };
        match property.name.as_str() {
            "BEGIN" => open.push(Component { name: property.value.trim().to_uppercase(), ..Component::default() }),
            "END" => close(&mut open),
            _ => {
                if let Some(component) = open.last_mut() {
                    component.properties.push(property);
                }
            }
        }
    }
    while open.len() > 1 {
        report.push("the file ends inside a component".to_string());
        close(&mut open);
    }
    open.pop().unwrap_or_default()
}

fn close(open: &mut Vec<Component>) {
    if open.len() > 1
        && let Some(ended) = open.pop()
        && let Some(outer) = open.last_mut()
    {
        outer.inside.push(ended);
    }
}

/// The lines with what is folded behind them, each with its number.
fn unfold(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (position, line) in text.split('\n').enumerate() {
        if let Some(rest) = line.strip_prefix([' ', '\t'])
            && let Some((_, last)) = lines.last_mut()
        {
            last.push_str(rest);
        } else if !line.trim().is_empty() {
            lines.push((position + 1, line.to_string()));
        }
    }
    lines
}

fn part(line: &str, number: usize) -> Option<Property> {
    let mut is_quoted = false;
    let colon = line.char_indices().find_map(|(at, character)| {
        is_quoted ^= character == '"';
        (character == ':' && !is_quoted).then_some(at)
    });
    let (head, value) = line.split_at(colon?);
    let mut parts = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (at, character) in head.char_indices() {
        is_quoted ^= character == '"';
        if character == ';' && !is_quoted {
            parts.push(head.get(start..at)?);
            start = at + 1;
        }
    }
    parts.push(head.get(start..)?);
    let mut parts = parts.into_iter();
    let name = parts.next()?.trim().to_uppercase();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.') {
        return None;
    }
    // A group before the name, as some programs write it.
    let name = name.rsplit('.').next().unwrap_or_default().to_string();
    let parameters = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_uppercase(), value.trim_matches('"').to_string()))
        .collect();
    Some(Property { name, parameters, value: value.get(1..)?.to_string(), line: number })
}
