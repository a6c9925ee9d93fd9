//! Percent decoding of `application/x-www-form-urlencoded` text, strictly: what is broken is refused, not guessed. Must not
//! know what the text is for.

/// Why a text does not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A `%` without two hexadecimal digits.
    Escape,
    /// The bytes are not UTF-8 from this one on.
    Utf8(usize),
}

/// The text of an encoded name or value.
pub(crate) fn decode(text: &str) -> Result<String, Broken> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    let digit =
        |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (digit(rest.next()), digit(rest.next())) {
                (Some(high), Some(low)) => high * 16 + low,
                _ => return Err(Broken::Escape),
            },
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|error| Broken::Utf8(error.utf8_error().valid_up_to()))
}
