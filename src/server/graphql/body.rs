//! The body of a POST: its declared form, its size, its time. axum's own body limit does not reach a handler that reads
//! the body itself. Must not parse.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::BoxError;
use bytes::{BufMut as _, Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;

use super::negotiate::is_utf8;
use crate::server::refusal::Refusal;

/// Reads the body, of at most `limit` bytes. One that is refused half-read ends the connection.
pub(crate) async fn read<B>(headers: &HeaderMap, body: B, limit: usize, patience: Duration) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    check_form(headers)?;
    let declared =
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()).and_then(|text| text.parse().ok());
    if declared.is_some_and(|declared: u64| declared > limit as u64) {
        return Err(too_large(limit));
    }
    let mut collecting = pin!(gathered(Limited::new(body, limit)));
    // Most bodies came with the head: for them no clock is set.
    let collected = match futures_util::poll!(&mut collecting) {
        Poll::Ready(collected) => Ok(collected),
        Poll::Pending => tokio::time::timeout(patience, collecting).await,
    };
    match collected {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Ok(Err(_)) => Err(Refusal::bad_request("the body ended before it was complete").closing()),
        Err(_) => {
            let message = format!("the body did not arrive within {} s", patience.as_secs_f64());
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message).closing())
        }
    }
}

/// All of a body. One that came in one piece, as most do, is that piece.
async fn gathered<B>(body: B) -> Result<Bytes, B::Error>
where
    B: Body<Data = Bytes>,
{
    let mut body = pin!(body);
    let mut first = Bytes::new();
    while let Some(frame) = body.frame().await.transpose()? {
        let Ok(data) = frame.into_data() else { continue };
        if body.is_end_stream() && first.is_empty() {
            return Ok(data);
        }
        if !first.is_empty() {
            let mut all = BytesMut::from(first);
            all.extend_from_slice(&data);
            let rest = body.collect().await?;
            all.put(rest.aggregate());
            return Ok(all.freeze());
        }
        first = data;
    }
    Ok(first)
}

/// JSON in UTF-8 and nothing else; never a compressed body, whose size is not known before it is unpacked.
fn check_form(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.contains_key(CONTENT_ENCODING) {
        let refusal = Refusal::media_type("a compressed body is not taken: send it without content-encoding");
        return Err(refusal.with(ACCEPT_ENCODING, HeaderValue::from_static("identity")).closing());
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(declared), None) = (types.next(), types.next()) else {
        return Err(Refusal::media_type("one content-type is required: application/json").closing());
    };
    if declared == "application/json" {
        return Ok(());
    }
    let declared = declared.to_str().unwrap_or_default();
    let mut parts = declared.split(';').map(str::trim);
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::media_type("the content-type must be application/json").closing());
    }
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if name.trim().eq_ignore_ascii_case("charset") && !is_utf8(value.trim().trim_matches('"')) {
            return Err(Refusal::media_type("the charset must be utf-8").closing());
        }
    }
    Ok(())
}

/// The text of a body.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Refusal::bad_request(format!("the body is not valid utf-8 at byte {at}"))
    })
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("the body exceeds the maximum of {limit} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", message).closing()
}
