//! Seals what a follower keeps for us, so that it neither reads nor makes it: AES-256-GCM-SIV, which gives the same text for
//! the same content, as answers that did not change must have the same bytes. Must not know what is sealed.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A key that seals.
#[derive(Debug)]
pub struct Seal {
    key: LessSafeKey,
    naming: hmac::Key,
}

impl Seal {
    /// The seal of a secret text; none if the platform cannot.
    pub fn of(secret: &str) -> Option<Self> {
        let source = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let part = |name: &str| hmac::sign(&source, name.as_bytes());
        let key = UnboundKey::new(&AES_256_GCM_SIV, part("seal").as_ref()).ok()?;
        Some(Self { key: LessSafeKey::new(key), naming: hmac::Key::new(hmac::HMAC_SHA256, part("nonce").as_ref()) })
    }

    /// The sealed text of some bytes.
    pub fn close(&self, content: &[u8]) -> Option<String> {
        let tag = hmac::sign(&self.naming, content);
        let nonce: [u8; NONCE_LEN] = tag.as_ref().get(..NONCE_LEN)?.try_into().ok()?;
        let mut sealed = content.to_vec();
        self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).ok()?;
        Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// The bytes of a sealed text; none if it was not sealed with this key.
    pub fn open(&self, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce.try_into().ok()?);
        let content = self.key.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
        Some(content.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_only_and_is_the_same_each_time() {
        let (seal, other) = (Seal::of("one").unwrap(), Seal::of("other").unwrap());
        let text = seal.close(b"place").unwrap();
        assert_eq!(text, seal.close(b"place").unwrap());
        assert_eq!(seal.open(&text).unwrap(), b"place");
        assert_eq!(other.open(&text), None);
        for position in 0..text.len() {
            let new = if text.as_bytes()[position] == b'A' { "B" } else { "A" };
            let mut changed = text.clone();
            changed.replace_range(position..=position, new);
            assert!(seal.open(&changed).is_none_or(|content| content == b"place" && position + 1 == text.len()));
        }
        assert!(["", "a", "????"].iter().all(|text| seal.open(text).is_none()));
    }
}
