//! Markup as tags and texts, broken as it may be: every text has tokens, found in one pass. Must not build anything.

/// Attributes of a tag at most.
const ATTRIBUTES: usize = 64;

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Xml,
    Html,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Start {
        name: &'a str,
        /// Names and values as they stand.
        attributes: Vec<(&'a str, &'a str)>,
        is_empty: bool,
    },
    End(&'a str),
    /// As it stands: with references to characters.
    Text(&'a str),
    /// A text without references to characters.
    Data(&'a str),
    /// What the text of an element that holds no markup is.
    Raw,
    /// What the file has not ended, such as a comment.
    Unended(&'static str),
}

/// Elements of HTML whose content is no markup.
const RAW: [&str; 8] = ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];

/// Cuts a text into tokens.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    dialect: Dialect,
    /// The element whose content comes next, if that is no markup.
    raw: Option<&'a str>,
    unended: Option<&'static str>,
}

impl<'a> Tokens<'a> {
    pub fn of(text: &'a str, dialect: Dialect) -> Self {
        Self { rest: text, dialect, raw: None, unended: None }
    }

    /// Takes everything up to a mark, and the mark.
    fn up_to(&mut self, mark: &str, what: &'static str) -> &'a str {
        match self.rest.split_once(mark) {
            Some((before, after)) => {
                self.rest = after;
                before
            }
            None => {
                self.unended = Some(what);
                std::mem::take(&mut self.rest)
            }
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// The content of an element that holds no markup; the end tag stays.
    fn skip_raw(&mut self, name: &str) {
        let mut from = 0;
        while let Some(at) = self.rest.get(from..).and_then(|rest| rest.find("</")).map(|at| at + from) {
            let after = self.rest.get(at + 2..).unwrap_or_default();
            let is_same = after.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
            let is_whole = after.as_bytes().get(name.len()).is_none_or(|next| !next.is_ascii_alphanumeric());
            if is_same && is_whole {
                self.take(at);
                return;
            }
            from = at + 2;
        }
        self.unended = Some("an element whose content is no markup");
        self.rest = "";
    }

    /// A doctype, with what it declares.
    fn skip_declaration(&mut self) {
        let mut depth = 0_usize;
        for (at, byte) in self.rest.bytes().enumerate() {
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                b'>' if depth == 0 => {
                    self.take(at + 1);
                    return;
                }
                _ => {}
            }
        }
        self.unended = Some("a declaration");
        self.rest = "";
    }

    fn name(&mut self) -> &'a str {
        let is_html = self.dialect == Dialect::Html;
        let ends = |byte: u8| byte.is_ascii_whitespace() || byte == b'/' || byte == b'>' || (byte == b'<' && !is_html);
        let end = self.rest.bytes().position(ends).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// The rest of a start tag.
    fn attributes(&mut self) -> (Vec<(&'a str, &'a str)>, bool) {
        let mut attributes: Vec<(&str, &str)> = Vec::new();
        let mut is_empty = false;
        loop {
            let skipped = self.rest.bytes().position(|byte| !byte.is_ascii_whitespace() && byte != b'/');
            let before = self.take(skipped.unwrap_or(self.rest.len()));
            is_empty = before.ends_with('/') || (is_empty && before.is_empty());
            match self.rest.as_bytes().first() {
                None => {
                    self.unended = Some("a tag");
                    return (attributes, is_empty);
                }
                Some(b'>') => {
                    self.take(1);
                    return (attributes, is_empty);
                }
                Some(b'<') if self.dialect == Dialect::Xml => return (attributes, is_empty),
                Some(_) => {}
            }
            is_empty = false;
            let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'=' | b'<');
            let end = self.rest.bytes().skip(1).position(ends).map_or(self.rest.len(), |at| at + 1);
            let end = (end..=self.rest.len()).find(|at| self.rest.is_char_boundary(*at)).unwrap_or(self.rest.len());
            let name = self.take(end);
            let value = self.value();
            if attributes.len() < ATTRIBUTES && !attributes.iter().any(|(known, _)| *known == name) {
                attributes.push((name, value));
            }
        }
    }

    fn value(&mut self) -> &'a str {
        let trimmed = self.rest.trim_start();
        let Some(after) = trimmed.strip_prefix('=') else { return "" };
        self.rest = after.trim_start();
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                self.take(1);
                let stop = |c: char| c == quote || (c == '<' && self.dialect == Dialect::Xml);
                let end = self.rest.find(stop).unwrap_or(self.rest.len());
                let value = self.take(end);
                if self.rest.starts_with(quote) {
                    self.take(1);
                }
                value
            }
            _ => {
                let end = self.rest.bytes().position(|byte| byte.is_ascii_whitespace() || byte == b'>');
                self.take(end.unwrap_or(self.rest.len()))
            }
        }
    }

    /// What begins with a `<`; nothing where it is only a character.
    fn markup(&mut self) -> Option<Token<'a>> {
        let after = self.rest.get(1..)?;
        if after.starts_with("!--") {
            self.take(4);
            // `<!-->` is a whole comment in HTML.
            if self.dialect == Dialect::Html && self.rest.starts_with('>') {
                self.take(1);
            } else {
                self.up_to("-->", "a comment");
            }
            return Some(Token::Raw);
        }
        if after.starts_with("![CDATA[") && self.dialect == Dialect::Xml {
            self.take(9);
            return Some(Token::Data(self.up_to("]]>", "a CDATA section")));
        }
        match after.chars().next()? {
            '!' => {
                self.take(2);
                match self.dialect {
                    Dialect::Xml => self.skip_declaration(),
                    Dialect::Html => drop(self.up_to(">", "a declaration")),
                }
                Some(Token::Raw)
            }
            '?' => {
                self.take(2);
                self.up_to(if self.dialect == Dialect::Xml { "?>" } else { ">" }, "an instruction");
                Some(Token::Raw)
            }
            '/' if self.is_name(1) => {
                self.take(2);
                let name = self.name();
                self.attributes();
                Some(Token::End(name))
            }
            _ if self.is_name(0) => {
                self.take(1);
                let name = self.name();
                let (attributes, is_empty) = self.attributes();
                if self.dialect == Dialect::Html {
                    self.raw = RAW.into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
                }
                Some(Token::Start { name, attributes, is_empty })
            }
            _ => None,
        }
    }

    /// Whether a name begins after a `<` and some more.
    fn is_name(&self, more: usize) -> bool {
        let begins =
            |c: char| c.is_ascii_alphabetic() || (self.dialect == Dialect::Xml && (c.is_alphabetic() || c == '_'));
        self.rest.get(1 + more..).and_then(|rest| rest.chars().next()).is_some_and(begins)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(what) = self.unended.take() {
            return Some(Token::Unended(what));
        }
        if let Some(name) = self.raw.take() {
            self.skip_raw(name);
        }
        if self.rest.is_empty() {
            return self.unended.take().map(Token::Unended);
        }
        if self.rest.starts_with('<')
            && let Some(token) = self.markup()
        {
            return Some(token);
        }
        let end = self.rest.char_indices().skip(1).find(|(_, c)| *c == '<').map(|(at, _)| at);
        Some(Token::Text(self.take(end.unwrap_or(self.rest.len()))))
    }
}
