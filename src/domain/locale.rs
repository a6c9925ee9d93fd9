//! Languages: BCP 47 tags, what a reader prefers, and which of the texts at hand serves best. Must not know HTTP
//! beyond the grammar of `Accept-Language`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::vocabulary::TextDirection;

/// A BCP 47 language tag in its canonical case: `en-CA`, `iu-Cans`, `crk`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Locale(String);

/// Longest tag, in characters.
pub const LOCALE_CHARS: usize = 35;

impl Locale {
    /// Checks the shape of a tag (RFC 5646: language, script, region, variants) and writes it in canonical case.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = || "is not a BCP 47 language tag such as `en-CA`".to_string();
        if text.len() > LOCALE_CHARS {
            return Err(fault());
        }
        let (lower, upper) = (|c: char| c.to_ascii_lowercase(), |c: char| c.to_ascii_uppercase());
        let mut canonical = String::with_capacity(text.len());
        for (position, part) in text.split('-').enumerate() {
            let is_alphabetic = part.bytes().all(|byte| byte.is_ascii_alphabetic());
            let is_alphanumeric = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
            match (position, part.len()) {
                (0, 2..=3) if is_alphabetic => canonical.extend(part.chars().map(lower)),
                (1.., length) => {
                    canonical.push('-');
                    match length {
                        2 if is_alphabetic => canonical.extend(part.chars().map(upper)),
                        3 if part.bytes().all(|byte| byte.is_ascii_digit()) => canonical.push_str(part),
                        4 if is_alphabetic => {
                            canonical.extend(part.chars().take(1).map(upper));
                            canonical.extend(part.chars().skip(1).map(lower));
                        }
                        5..=8 if is_alphanumeric => canonical.extend(part.chars().map(lower)),
                        _ => return Err(fault()),
                    }
                }
                _ => return Err(fault()),
            }
        }
        Ok(Self(canonical))
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language: `en` of `en-CA`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Which way the text runs.
    pub fn direction(&self) -> TextDirection {
        let is_rtl =
            matches!(self.language(), "ar" | "arc" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi")
                || ["-Arab", "-Hebr", "-Thaa", "-Syrc", "-Nkoo", "-Adlm"].iter().any(|script| self.0.contains(script));
        if is_rtl { TextDirection::Rtl } else { TextDirection::Ltr }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What a reader prefers, best first; never empty, and ends in `en-CA, fr-CA`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Preference(Vec<Locale>);

/// Most locales that one request may prefer.
pub const PREFERRED_LOCALES: usize = 10;

impl Default for Preference {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Preference {
    /// The given locales, best first, then English and French as spoken in Canada.
    pub fn new(mut locales: Vec<Locale>) -> Self {
        locales.truncate(PREFERRED_LOCALES);
        for last in ["en-CA", "fr-CA"] {
            if !locales.iter().any(|locale| locale.0 == last) {
                locales.push(Locale(last.to_string()));
            }
        }
        Self(locales)
    }

    /// The preference that an `Accept-Language` header states (RFC 9110 section 12.5.4); tags that do not parse are
    /// passed over, as a header must never fail a request.
    pub fn from_header(header: &str) -> Self {
        let mut weighted: Vec<(u16, Locale)> = Vec::new();
        for range in header.split(',').take(2 * PREFERRED_LOCALES) {
            let mut parts = range.trim().split(';');
            let Ok(locale) = Locale::parse(parts.next().unwrap_or_default().trim()) else { continue };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=").map(str::to_string));
            let weight = weight.map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0)).clamp(0.0, 1.0);
            if weight > 0.0 {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
                weighted.push(((weight * 1000.0) as u16, locale));
            }
        }
        weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        Self::new(weighted.into_iter().map(|(_, locale)| locale).collect())
    }

    /// The locales, best first.
    pub fn locales(&self) -> &[Locale] {
        &self.0
    }

    /// The first of the locales that is English or French, for sentences of the program itself.
    pub fn tongue(&self) -> Tongue {
        let mut languages = self.0.iter().map(Locale::language);
        Tongue::of(languages.find(|language| matches!(*language, "en" | "fr")).unwrap_or_default())
    }

    /// The best of the texts at hand, by index: the exact tag first, then another variety of the same language, for
    /// each preferred locale in turn; else the original. `None` only if there is no text.
    pub fn choose<'a>(&self, available: impl Iterator<Item = &'a Locale> + Clone, original: usize) -> Option<Choice> {
        let first = self.0.first()?;
        for wanted in &self.0 {
            if let Some(index) = available.clone().position(|locale| locale == wanted) {
                return Some(Choice { index, is_fallback: wanted != first });
            }
            if let Some(index) = available.clone().position(|locale| locale.language() == wanted.language()) {
                let is_fallback = wanted.language() != first.language();
                return Some(Choice { index, is_fallback });
            }
        }
        let count = available.count();
        (count > 0).then(|| Choice { index: original.min(count - 1), is_fallback: true })
    }
}

/// A language that the program has sentences of its own in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// English as written in Canada.
    English,
    /// French as written in Canada.
    French,
}

impl Tongue {
    /// The one that serves readers of a language: English unless it is French.
    pub fn of(language: &str) -> Self {
        if language == "fr" { Self::French } else { Self::English }
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        self.pick("en-CA", "fr-CA")
    }

    /// The text in this language.
    pub const fn pick(self, english: &'static str, french: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }
}

/// A chosen text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its place among the texts at hand.
    pub index: usize,
    /// Whether it is in another language than the reader's first.
    pub is_fallback: bool,
}

/// A text in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalText {
    /// Language of the text.
    pub locale: Locale,
    /// The text.
    pub text: super::text::Block<4000>,
}

/// The same text in several languages, the original first. Empty means absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalizedText(pub Vec<LocalText>);

impl LocalizedText {
    /// The best text for a reader, if there is any.
    pub fn best(&self, preference: &Preference) -> Option<&LocalText> {
        let choice = preference.choose(self.0.iter().map(|text| &text.locale), 0)?;
        self.0.get(choice.index)
    }

    /// The best text for a reader as an owned string.
    pub fn text(&self, preference: &Preference) -> Option<String> {
        self.best(preference).map(|text| text.text.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(texts: &[&str]) -> Vec<Locale> {
        texts.iter().map(|text| Locale::parse(text).unwrap()).collect()
    }

    #[test]
    fn tags_are_written_in_canonical_case() {
        for (given, canonical) in
            [("EN-ca", "en-CA"), ("iu-cans", "iu-Cans"), ("moe", "moe"), ("zh-hant-tw", "zh-Hant-TW")]
        {
            assert_eq!(Locale::parse(given).map(|locale| locale.to_string()), Ok(canonical.to_string()));
        }
        for bad in
            ["", "e", "en_CA", "en-", "-en", "en-C", "englishes", "en\0", "a-very-long-tag-that-never-ends-at-all-no"]
        {
            assert!(Locale::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_reader_gets_the_nearest_language_and_is_told_of_a_fallback() {
        let both = tags(&["en-CA", "fr-CA"]);
        let choose = |header: &str| Preference::from_header(header).choose(both.iter(), 0);
        assert_eq!(choose("fr-CA"), Some(Choice { index: 1, is_fallback: false }));
        assert_eq!(choose("fr"), Some(Choice { index: 1, is_fallback: false }));
        assert_eq!(choose("de, fr;q=0.5"), Some(Choice { index: 1, is_fallback: true }));
        assert_eq!(choose("de"), Some(Choice { index: 0, is_fallback: true }));
        let inuktitut = tags(&["en-CA", "iu-Latn"]);
        assert_eq!(
            Preference::from_header("iu").choose(inuktitut.iter(), 0),
            Some(Choice { index: 1, is_fallback: false })
        );
    }
}
