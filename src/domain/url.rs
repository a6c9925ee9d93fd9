//! Links: absolute web addresses without credentials. Must not open any.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

/// Longest link, in characters.
pub const URL_CHARS: usize = 2_048;

/// A link that readers may follow: `https` only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HttpsUrl(String);

/// Where something came from: `https`, or `http` as the source wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceUrl(String);

fn check(text: &str, schemes: &[&str]) -> Result<String, String> {
    if text.len() > URL_CHARS {
        return Err(format!("has {} characters, more than the maximum of {URL_CHARS}", text.len()));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("is not a URL: it holds white space or control characters".to_string());
    }
    let url = Url::parse(text).map_err(|_| "is not an absolute URL".to_string())?;
    if !schemes.contains(&url.scheme()) {
        return Err(format!("is not a safe URL: its scheme must be {}", schemes.join(" or ")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("is not a safe URL: it holds a user name or a password".to_string());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("is not a URL with a host".to_string());
    }
    Ok(url.to_string())
}

impl HttpsUrl {
    /// Checks a link.
    pub fn parse(text: &str) -> Result<Self, String> {
        check(text, &["https"]).map(Self)
    }

    /// The link as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SourceUrl {
    /// Checks a source's address.
    pub fn parse(text: &str) -> Result<Self, String> {
        check(text, &["https", "http"]).map(Self)
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for HttpsUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for SourceUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_pass() {
        assert!(HttpsUrl::parse("https://example.org/a?b=c").is_ok());
        for bad in [
            "http://example.org",
            "javascript:alert(1)",
            "https://",
            "https://u:p@example.org",
            "/a",
            "https://a b",
            "",
        ] {
            assert!(HttpsUrl::parse(bad).is_err(), "{bad}");
        }
        assert!(SourceUrl::parse("http://example.org").is_ok());
    }
}
