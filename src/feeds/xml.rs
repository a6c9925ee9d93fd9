//! XML 1.0 as feeds need it: elements, attributes and text. What XML cannot hold is replaced; all else is escaped. Must not
//! know any vocabulary.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A document that grows from the outside in.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
    open: Vec<&'static str>,
}

/// Attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Xml {
    /// A document with its declaration.
    pub fn new() -> io::Result<Self> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        writer.write_event(Event::Text(BytesText::from_escaped("\n")))?;
        Ok(Self { writer, open: Vec::new() })
    }

    /// Begins an element that holds others.
    pub fn open(&mut self, name: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer.write_event(Event::Start(start(name, attributes)))?;
        self.open.push(name);
        Ok(())
    }

    /// Ends the element that was begun last.
    pub fn close(&mut self) -> io::Result<()> {
        match self.open.pop() {
            Some(name) => self.writer.write_event(Event::End(BytesEnd::new(name))),
            None => Err(io::Error::other("no element is open")),
        }
    }

    /// An element that holds a text.
    pub fn text(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        self.writer.write_event(Event::Start(start(name, attributes)))?;
        self.writer.write_event(Event::Text(BytesText::new(&allowed(text))))?;
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element that holds nothing.
    pub fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer.write_event(Event::Empty(start(name, attributes)))
    }

    /// The finished document: every element that is still open is ended.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        while !self.open.is_empty() {
            self.close()?;
        }
        let mut bytes = self.writer.into_inner();
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn start(name: &'static str, attributes: Attributes<'_>) -> BytesStart<'static> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, allowed(value).as_ref()));
    }
    start
}

/// A text with what XML 1.0 does not allow replaced, and carriage returns, which a parser would change, as line feeds.
fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{85}' | '\u{e000}'..='\u{fffd}')
            || c >= '\u{10000}'
    };
    if text.chars().all(is_allowed) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(text.chars().map(|c| if is_allowed(c) { c } else { '\u{fffd}' }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_a_text_the_document_is_well_formed() {
        let mut hostile: String = (0..0x300).chain(0xfff0..0x10010).filter_map(char::from_u32).collect();
        hostile.push_str("]]> <![CDATA[ &amp; &#0; <!-- --> <?php ?> \u{202e}\u{1f600}\u{10ffff}");
        let mut xml = Xml::new().unwrap();
        xml.open("a", &[("b", &hostile)]).unwrap();
        xml.text("c", &[], &hostile).unwrap();
        let bytes = xml.finish().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("]]>") && !text.contains("<!") && !text.contains("<?php"), "{text}");
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut read = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Text(part) => read.push_str(&part),
                Event::GeneralRef(name) => {
                    let name: &str = &name;
                    read.push_str(quick_xml::escape::resolve_xml_entity(name).unwrap_or_default());
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(read.trim(), allowed(&hostile).trim());
        assert!(read.chars().all(|c| c == '\t' || c == '\n' || c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}')));
    }
}
