//! Secrets of clients: 256 random bits behind a prefix that secret scanners know, shown once and kept only as a hash. Must
//! not tell by its time how much of a secret was right.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// What every secret begins with.
pub const PREFIX: &str = "sldrt_secret_";
/// Characters of 256 bits in base32.
const RANDOM_CHARS: usize = 52;
/// Characters of the checksum, by which a scanner tells a secret from a look-alike without asking.
const CHECK_CHARS: usize = 6;
/// Crockford's base32 in lower case, as in public ids.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Secrets of one client that are valid at once, during a rotation.
pub const MOST_SECRETS: usize = 2;

/// A new secret.
pub fn generate() -> SecretString {
    let random: [u8; 32] = rand::random();
    let body = format!("{PREFIX}{}", base32(&random, RANDOM_CHARS));
    let checksum = base32(&Sha256::digest(&body), CHECK_CHARS);
    SecretString::from(body + &checksum)
}

/// What is stored of a secret: SHA-256 in hexadecimal. The secret is random, so that nothing slower is needed.
pub fn hash(secret: &SecretString) -> String {
    Sha256::digest(secret.expose_secret())
        .iter()
        .fold(String::with_capacity(64), |text, byte| text + &format!("{byte:02x}"))
}

/// Whether a secret is one of those whose hashes are stored. The work is the same whether there are none, one or two.
pub fn is_one_of(secret: &SecretString, stored: &[String]) -> bool {
    let found = hash(secret);
    let nothing = "-".repeat(64);
    let mut is_one = Choice::from(0);
    for position in 0..MOST_SECRETS {
        let hash = stored.get(position).unwrap_or(&nothing);
        is_one |= hash.as_bytes().ct_eq(found.as_bytes());
    }
    is_one.into()
}

/// The first characters of bytes in base32, high bits first; zeros where the bytes end.
fn base32(bytes: &[u8], characters: usize) -> String {
    let bit = |index: usize| {
        let byte = bytes.get(index / 8).copied().unwrap_or_default();
        usize::from((byte >> (7 - index % 8)) & 1)
    };
    (0..characters)
        .map(|position| {
            let digit = (0..5).fold(0, |digit, offset| (digit << 1) | bit(position * 5 + offset));
            char::from(ALPHABET.get(digit).copied().unwrap_or(b'0'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_recognisable_and_never_the_same() {
        let (one, other) = (generate(), generate());
        let text = one.expose_secret();
        assert_ne!(text, other.expose_secret());
        assert_eq!(text.len(), PREFIX.len() + RANDOM_CHARS + CHECK_CHARS);
        let (body, checksum) = text.split_at(text.len() - CHECK_CHARS);
        assert_eq!(checksum, base32(&Sha256::digest(body), CHECK_CHARS));
        assert_eq!(format!("{one:?}"), "SecretBox<str>([REDACTED])");
    }

    #[test]
    fn only_what_is_stored_is_right() {
        let (one, other, third) = (generate(), generate(), generate());
        let stored = [hash(&one), hash(&other)];
        assert!(is_one_of(&one, &stored) && is_one_of(&other, &stored) && is_one_of(&one, &stored[..1]));
        assert!(!is_one_of(&third, &stored) && !is_one_of(&other, &stored[..1]) && !is_one_of(&one, &[]));
        assert!(!is_one_of(&SecretString::from(stored[0].clone()), &stored), "a hash is no secret");
    }

    #[test]
    fn base32_reads_the_high_bits_first() {
        assert_eq!(base32(&[0b0000_1000, 0b0100_0000], 3), "110");
        assert_eq!(base32(&[0xff; 32], 52), "z".repeat(51) + "g");
    }
}
