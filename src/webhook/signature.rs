//! The signature of a message: HMAC-SHA256 over its id, its time and its body, as the Standard Webhooks specification wants
//! it, so that its libraries verify it. A secret is derived from the server's own and never stored. Must not send.

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

/// The secret of a webhook, of one version.
pub struct Secret {
    bytes: [u8; 32],
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The secret of a webhook's id and the version of its secret, from what the server keeps.
    pub fn derive(master: &[u8; 32], id: &str, version: i64) -> Self {
        let tag = hmac::sign(&Key::new(HMAC_SHA256, master), format!("webhook {id} {version}").as_bytes());
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(byte, made)| *byte = *made);
        Self { bytes }
    }

    /// As its owner gets it.
    pub fn shown(&self) -> SecretString {
        SecretString::from(format!("whsec_{}", STANDARD.encode(self.bytes)))
    }

    /// The signature of a message, with its version.
    pub fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let tag = hmac::sign(&Key::new(HMAC_SHA256, &self.bytes), format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag.as_ref()))
    }
}

/// The header of several secrets: during a rotation either one verifies.
pub fn header(secrets: &[Secret], id: &str, seconds: i64, body: &str) -> String {
    secrets.iter().map(|secret| secret.sign(id, seconds, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_own_example_is_signed_alike() {
        // Its secret is `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`; of 24 bytes, so that it is signed by hand here.
        let bytes = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let text = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let tag = hmac::sign(&Key::new(HMAC_SHA256, &bytes), text.as_bytes());
        assert_eq!(STANDARD.encode(tag.as_ref()), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_webhook_and_version_has_its_own_secret() {
        let of = |master: u8, id: &str, version| Secret::derive(&[master; 32], id, version).sign("msg_1", 5, "{}");
        let one = of(1, "whk_a", 1);
        assert_eq!(one, of(1, "whk_a", 1));
        for other in [of(2, "whk_a", 1), of(1, "whk_b", 1), of(1, "whk_a", 2)] {
            assert_ne!(one, other);
        }
        let secrets = [Secret::derive(&[1; 32], "whk_a", 2), Secret::derive(&[1; 32], "whk_a", 1)];
        let header = header(&secrets, "msg_1", 5, "{}");
        assert_eq!(header.split(' ').count(), 2);
        assert!(header.ends_with(&one) && !format!("{secrets:?}").contains("whsec"));
    }
}
