//! What of an item a reader is shown: the texts in the best language, and its page on the web. Must not run statements.

use sea_orm::DbErr;

use super::catalog::json;
use super::{Detail, Item};
use crate::domain::content::{ContentBody, ContentText, Source};
use crate::domain::locale::{Choice, Preference};

impl Item {
    /// Which of its texts serves a reader best.
    pub fn choice(&self, preference: &Preference) -> Choice {
        let available = self.texts.iter().map(|text| &text.locale);
        preference.choose(available, 0).unwrap_or(Choice { index: 0, is_fallback: true })
    }

    /// The title and summary that serve a reader best.
    pub fn text(&self, preference: &Preference) -> Option<&ContentText> {
        self.texts.get(self.choice(preference).index)
    }

    /// Its page on the web, where it has one over https: the resource itself or the page of its source.
    pub fn web_page(&self) -> Result<Option<String>, DbErr> {
        if let Detail::Resource(row) = &self.detail
            && let Some(url) = &row.external_url
        {
            return Ok(Some(url.clone()));
        }
        let source: Option<Source> = self.content.source.as_deref().map(json).transpose()?;
        let url = source.and_then(|source| source.url).map(|url| url.as_str().to_string());
        Ok(url.filter(|url| url.starts_with("https://")))
    }
}

/// The body that goes with a title: in its language, or in the original's if that has none.
pub fn body_for<'a>(text: &ContentText, bodies: &'a [ContentBody]) -> Option<&'a ContentBody> {
    bodies.iter().find(|body| body.locale == text.locale).or_else(|| bodies.first())
}
