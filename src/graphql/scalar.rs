//! Custom scalars, each with the specification that defines it. Must not hold rules: those are in `domain`.

use async_graphql::{Description, InputValueError, InputValueResult, Scalar, ScalarType, Value};

use super::render::{Plan, Render, Writing};
use crate::domain::locale;
use crate::domain::time::Timestamp;

/// An instant as RFC 3339 text with an offset, to the microsecond: `2026-12-15T18:30:00Z`. Events give the offset of
/// their own time zone.
#[derive(Clone, Debug, Description, PartialEq, Eq)]
pub(crate) struct DateTime {
    pub(crate) instant: Timestamp,
    text: Option<String>,
}

impl DateTime {
    /// An instant written with a given text.
    pub(crate) fn written(instant: Timestamp, text: Option<String>) -> Self {
        Self { instant, text }
    }

    /// An instant of microseconds since 1970, in UTC.
    pub(crate) fn micros(micros: i64) -> Self {
        Self { instant: Timestamp::from_micros(micros), text: None }
    }
}

#[Scalar(use_type_description = true, specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        text.parse().map(|instant| Self { instant, text: None }).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.text.clone().unwrap_or_else(|| self.instant.to_string()))
    }
}

impl Render for DateTime {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        match &self.text {
            Some(text) => text.render(plan, to),
            None => self.instant.to_string().render(plan, to),
        }
    }
}

macro_rules! text_scalar {
    ($(#[doc = $doc:literal])* $name:ident = $gql:literal, $url:literal, |$text:ident| $check:expr) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Description, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) String);

        #[Scalar(name = $gql, use_type_description = true, specified_by_url = $url)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let Value::String($text) = &value else { return Err(InputValueError::expected_type(value)) };
                let checked: Result<String, String> = $check;
                checked.map(Self).map_err(InputValueError::custom)
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }

        impl Render for $name {
            fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
                self.0.render(plan, to)
            }
        }
    };
}

text_scalar!(
    /// A date without a time: `2026-12-15`.
    Date = "Date",
    "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    |text| text
        .parse::<crate::domain::time::LocalDate>()
        .map(|date| date.to_string())
        .map_err(|_| "is not a date such as 2026-12-15".to_string())
);
text_scalar!(
    /// A civil date and time without an offset, as people in a place say it: `2026-12-15T18:30:00`.
    LocalDateTime = "LocalDateTime",
    "https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5",
    |text| text
        .parse::<crate::domain::time::LocalDateTime>()
        .map(|local| local.to_string())
        .map_err(|_| "is not a local date-time such as 2026-12-15T18:30:00".to_string())
);
text_scalar!(
    /// The name of a time zone in the IANA database: `America/Vancouver`.
    TimeZone = "TimeZone",
    "https://www.rfc-editor.org/rfc/rfc6557",
    |text| Ok(text.clone())
);
text_scalar!(
    /// A BCP 47 language tag: `en-CA`, `iu-Cans`, `crk`.
    Locale = "Locale",
    "https://www.rfc-editor.org/rfc/rfc5646",
    |text| locale::Locale::parse(text).map(|locale| locale.to_string())
);
text_scalar!(
    /// A recurrence rule in civil time, without `DTSTART`: `FREQ=MONTHLY;BYDAY=1TU`.
    RRule = "RRule",
    "https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10",
    |text| Ok(text.clone())
);
text_scalar!(
    /// An absolute `https` address.
    Url = "URL",
    "https://url.spec.whatwg.org/",
    |text| crate::domain::url::HttpsUrl::parse(text).map(|url| url.to_string())
);
text_scalar!(
    /// Text in CommonMark. Show it as text or through `bodyHtml`, never as HTML.
    Markdown = "Markdown",
    "https://spec.commonmark.org/0.31.2/",
    |text| Ok(text.clone())
);
text_scalar!(
    /// Sanitised HTML: no scripts, styles, forms, frames or images; links open without a referrer.
    Html = "HTML",
    "https://html.spec.whatwg.org/",
    |text| Ok(text.clone())
);
