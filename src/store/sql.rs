//! A statement under construction: text with numbered marks, and the values bound to them. Both databases read `$1`.

use std::fmt::Write as _;

use sea_orm::{DbBackend, Statement, Value};

/// SQL text and its bound values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Appends text as it is: never anything that a client sent.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a number as a literal.
    pub(crate) fn push_number(&mut self, number: i64) -> &mut Self {
        let _ = write!(self.text, "{number}");
        self
    }

    /// Appends a mark and binds a value to it.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Appends that what stands before is one of the numbers. One bound array on PostgreSQL, so that the statement's text
    /// does not depend on how many there are.
    pub(crate) fn is_any(&mut self, backend: DbBackend, numbers: &[i64]) -> &mut Self {
        match backend {
            DbBackend::Postgres => self.push(" = ANY(").bind(numbers.to_vec()).push(")"),
            _ => self.is_in(numbers.iter().copied()),
        }
    }

    /// The same for texts.
    pub(crate) fn is_any_text(&mut self, backend: DbBackend, texts: &[String]) -> &mut Self {
        match backend {
            DbBackend::Postgres => self.push(" = ANY(").bind(texts.to_vec()).push(")"),
            _ => self.is_in(texts.iter().cloned()),
        }
    }

    /// The same as [`Sql::is_any`] with a text that does not depend on how many there are on SQLite either. An index leads to
    /// each, but not in an order.
    pub(crate) fn is_among(&mut self, backend: DbBackend, numbers: &[i64]) -> &mut Self {
        match backend {
            DbBackend::Postgres => self.is_any(backend, numbers),
            _ => self.push(" IN (SELECT value FROM json_each(").bind(serde_json::json!(numbers).to_string()).push("))"),
        }
    }

    /// The same for texts.
    pub(crate) fn is_among_texts(&mut self, backend: DbBackend, texts: &[String]) -> &mut Self {
        match backend {
            DbBackend::Postgres => self.is_any_text(backend, texts),
            _ => self.push(" IN (SELECT value FROM json_each(").bind(serde_json::json!(texts).to_string()).push("))"),
        }
    }

    fn is_in<T: Into<Value>>(&mut self, values: impl Iterator<Item = T>) -> &mut Self {
        self.push(" IN (");
        for (position, value) in values.enumerate() {
            if position > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }

    /// Appends a finished statement: its marks are numbered anew behind those that are there. Its text must hold no mark
    /// inside quotes: values are bound.
    pub(crate) fn add(&mut self, statement: Statement) -> &mut Self {
        let before = self.values.len();
        let mut unnumbered = before;
        let mut rest = statement.sql.as_str();
        while let Some(at) = rest.find(['?', '$']) {
            let (text, mark) = rest.split_at(at);
            let digits = mark.bytes().skip(1).take_while(u8::is_ascii_digit).count();
            let number = mark.get(1..=digits).and_then(|digits| digits.parse::<usize>().ok());
            unnumbered += 1;
            let number = number.map_or(unnumbered, |number| before + number);
            let _ = write!(self.text, "{text}${number}");
            rest = mark.get(1 + digits..).unwrap_or_default();
        }
        self.text.push_str(rest);
        self.values.extend(statement.values.into_iter().flat_map(|values| values.0));
        self
    }

    /// The text so far.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The finished statement.
    pub(crate) fn statement(self, backend: DbBackend) -> Statement {
        Statement::from_sql_and_values(backend, self.text, self.values)
    }
}

/// The members of a packed set.
pub fn unpack(packed: &str) -> impl Iterator<Item = &str> {
    packed.split(',').filter(|name| !name.is_empty())
}

/// The keys of a packed set.
pub fn unpack_keys(packed: &str) -> Vec<i64> {
    unpack(packed).filter_map(|key| key.parse().ok()).collect()
}
