//! Bytes as text: by their mark, by what they declare, else as UTF-8. Must not fail: what is in no encoding is read as
//! windows-1252, which has a character for every byte.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Report, shown};

/// Bytes in which a declaration is looked for.
const HEAD: usize = 1_024;

/// The text of a file.
pub(in crate::service) fn decode(bytes: &[u8], report: &mut Report) -> String {
    if let Some((marked, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        return if marked == UTF_8 { utf8(rest, report) } else { by(marked, rest, report) };
    }
    match bytes {
        [b'<', 0, ..] => return by(UTF_16LE, bytes, report),
        [0, b'<', ..] => return by(UTF_16BE, bytes, report),
        _ => {}
    }
    let Some(label) = declared(bytes) else { return utf8(bytes, report) };
    match Encoding::for_label(label.as_bytes()) {
        // What says in bytes of ASCII that it is UTF-16 is not.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE || encoding == UTF_8 => utf8(bytes, report),
        Some(encoding) => by(encoding, bytes, report),
        None => {
            report
                .tell(format!("the file is in the encoding {}, which is unknown: it was read as UTF-8", shown(&label)));
            utf8(bytes, report)
        }
    }
}

fn by(encoding: &'static Encoding, bytes: &[u8], report: &mut Report) -> String {
    let (text, is_broken) = encoding.decode_without_bom_handling(bytes);
    if is_broken {
        report.tell(format!("the file holds bytes that are not {}: each became U+FFFD", encoding.name()));
    }
    text.into_owned()
}

/// UTF-8, with single bytes of windows-1252 in it, as programs that paste texts make it.
fn utf8(bytes: &[u8], report: &mut Report) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut strange = 0_usize;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            strange += chunk.invalid().len();
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
    }
    if strange > 0 {
        report.tell(format!("the file holds {strange} bytes that are not UTF-8: they were read as windows-1252"));
    }
    text
}

/// The encoding that the declaration of an XML document names.
fn declared(bytes: &[u8]) -> Option<String> {
    let head: String = bytes.iter().take(HEAD).map(|byte| char::from(*byte)).collect();
    let declaration = head.split_once("<?xml")?.1.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.get(1..)?.split_once(quote).map(|(label, _)| label.trim().to_string())
}
