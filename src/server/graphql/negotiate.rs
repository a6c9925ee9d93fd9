//! Which media type an answer has, from `Accept` (RFC 9110, 12.5.1; GraphQL over HTTP, "Media Types"). Must not look at
//! the body.

use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};

use crate::server::refusal::{JSON, Refusal};

/// A media type that answers can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/json`: 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: the status tells whether there is data.
    GraphQlResponse,
}

impl MediaType {
    /// The value of `Content-Type`.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Json => JSON,
            Self::GraphQlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// The media type to answer with; none if the client takes neither. Without `Accept`, and for `*/*`, plain JSON; where the
/// client likes both equally, the one made for GraphQL.
pub(crate) fn answer(headers: &HeaderMap) -> Option<MediaType> {
    if !headers.contains_key(ACCEPT) {
        return Some(MediaType::Json);
    }
    let ranges: Vec<Range<'_>> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(range)
        .collect();
    let graphql = quality(&ranges, "graphql-response+json");
    let json = quality(&ranges, "json");
    match (graphql, json) {
        (Some(graphql), Some(json)) if graphql.weight == json.weight => {
            Some(if graphql.is_named { MediaType::GraphQlResponse } else { MediaType::Json })
        }
        (Some(graphql), json) if json.is_none_or(|json| graphql.weight > json.weight) => {
            Some(MediaType::GraphQlResponse)
        }
        (_, Some(_)) => Some(MediaType::Json),
        (Some(_), None) => Some(MediaType::GraphQlResponse),
        (None, None) => None,
    }
}

/// Whether the client takes a stream of events, which it has to say by name.
pub(crate) fn takes_events(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(range).any(|range| {
        range.weight > 0
            && range.kind.eq_ignore_ascii_case("text")
            && range.subtype.eq_ignore_ascii_case("event-stream")
    })
}

/// 406.
pub(crate) fn unacceptable() -> Refusal {
    Refusal::new(
        StatusCode::NOT_ACCEPTABLE,
        "BAD_REQUEST",
        "answers are application/graphql-response+json or application/json, and text/event-stream, in utf-8",
    )
}

struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Thousandths.
    weight: u16,
}

#[derive(Clone, Copy)]
struct Quality {
    weight: u16,
    is_named: bool,
}

fn range(text: &str) -> Option<Range<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let mut weight = 1_000;
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("q") {
            let q: f32 = value.parse().unwrap_or(0.0);
            weight = (q.clamp(0.0, 1.0) * 1_000.0) as u16;
        } else if name.trim().eq_ignore_ascii_case("charset") && !is_utf8(value) {
            return None;
        }
    }
    Some(Range { kind, subtype, weight })
}

/// Whether a charset's name is UTF-8.
pub(crate) fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// How much a client likes `application/<subtype>`: the most specific range counts.
fn quality(ranges: &[Range<'_>], subtype: &str) -> Option<Quality> {
    let is = |text: &str, name: &str| text.eq_ignore_ascii_case(name);
    let of = |kind: &str, wanted: &str| {
        ranges.iter().filter(|range| is(range.kind, kind) && is(range.subtype, wanted)).map(|range| range.weight).max()
    };
    let named = of("application", subtype).map(|weight| Quality { weight, is_named: true });
    let any = || of("application", "*").or_else(|| of("*", "*")).map(|weight| Quality { weight, is_named: false });
    named.or_else(any).filter(|quality| quality.weight > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_media_type_is_chosen() {
        use MediaType::{GraphQlResponse, Json};
        for (accept, expected) in [
            (None, Some(Json)),
            (Some("*/*"), Some(Json)),
            (Some("application/*"), Some(Json)),
            (Some("application/json"), Some(Json)),
            (Some("APPLICATION/JSON; charset=\"UTF-8\""), Some(Json)),
            (Some("application/json; charset=utf-16"), None),
            (Some("application/graphql-response+json"), Some(GraphQlResponse)),
            (Some("application/graphql-response+json, application/json"), Some(GraphQlResponse)),
            (Some("application/json, application/graphql-response+json"), Some(GraphQlResponse)),
            (Some("application/graphql-response+json;q=0.5, application/json"), Some(Json)),
            (Some("application/graphql-response+json, */*;q=0.1"), Some(GraphQlResponse)),
            (Some("application/graphql-response+json;q=0, */*"), Some(Json)),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Json)),
            (Some("text/html"), None),
            (Some("nonsense"), None),
            (Some("application/json;q=0"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(answer(&headers), expected, "{accept:?}");
        }
    }
}
