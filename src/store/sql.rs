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

    /// Appends `(…, …)` of bound values.
    pub(crate) fn bind_list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        self.push("(");
        for (position, value) in values.into_iter().enumerate() {
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
