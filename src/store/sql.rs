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
