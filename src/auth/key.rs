//! One signing key and the set of those in force, as a JSON Web Key Set (RFC 7517). The algorithm belongs to the key: it is
//! ES256, whatever a token says. Must not read files.

use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::verified::Verified;

/// Most keys in force at once: the one that signs, and the one before it.
pub(super) const MOST_KEYS: usize = 2;
/// Bytes of an uncompressed point of P-256: a mark, x and y.
const POINT_BYTES: usize = 65;

/// Bytes of what secrets of webhooks are derived from.
const MASTER_BYTES: usize = 32;

/// A new secret that others are derived from.
fn master() -> SecretString {
    SecretString::from(URL_SAFE_NO_PAD.encode(rand::random::<[u8; MASTER_BYTES]>()))
}

/// Why keys cannot be used. Says nothing of their contents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The text is no key set.
    #[error("is not a JSON Web Key Set: {0}")]
    Malformed(String),
    /// There is no key, or there are too many.
    #[error("holds {0} keys; one or two are needed")]
    Count(usize),
    /// A key is not what it says.
    #[error("key {0} is not a private P-256 key for ES256, or its parts do not fit together")]
    Key(usize),
    /// Two keys are the same.
    #[error("holds the same key twice")]
    Twice,
    /// What secrets of webhooks are derived from is not what it should be.
    #[error("the member webhooks is not the base64url form of {MASTER_BYTES} bytes")]
    Webhooks,
    /// A key did not verify what it signed.
    #[error("the keys cannot sign")]
    Signing,
}

/// A private key as the key file holds it.
#[derive(Deserialize, Serialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    d: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Jwks {
    keys: Vec<Jwk>,
    /// What secrets of webhooks are derived from; a member of our own, which other readers of key sets ignore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webhooks: Option<String>,
}

/// A key: its name, what it publishes, and what it keeps.
#[derive(Clone)]
pub(super) struct Key {
    /// The thumbprint of the public key (RFC 7638), so that a name cannot stand for another key.
    pub kid: String,
    x: String,
    y: String,
    d: SecretString,
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Key {
    /// A new random key.
    pub fn generate() -> Result<Self, KeyFault> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyFault::Signing)?;
        let private: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(|_| KeyFault::Signing)?;
        Self::of_pair(&pair, SecretString::from(URL_SAFE_NO_PAD.encode(private.as_ref()))).ok_or(KeyFault::Signing)
    }

    fn of_pair(pair: &EcdsaKeyPair, d: SecretString) -> Option<Self> {
        let point = pair.public_key().as_ref();
        let coordinates = point.get(1..).filter(|_| point.len() == POINT_BYTES)?;
        let (x, y) = coordinates.split_at_checked(POINT_BYTES / 2)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        // The members of the thumbprint are in this order and without spaces.
        let thumbprint = format!("{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{x}\",\"y\":\"{y}\"}}");
        let document = pair.to_pkcs8v1().ok()?;
        Some(Self {
            kid: URL_SAFE_NO_PAD.encode(Sha256::digest(thumbprint)),
            signing: EncodingKey::from_ec_der(document.as_ref()),
            verifying: DecodingKey::from_ec_der(point),
            x,
            y,
            d,
        })
    }

    fn of_jwk(jwk: Jwk) -> Option<Self> {
        let is = |member: &Option<String>, expected: &str| member.as_deref().is_none_or(|value| value == expected);
        if jwk.kty != "EC" || jwk.crv != "P-256" || !is(&jwk.alg, "ES256") || !is(&jwk.usage, "sig") {
            return None;
        }
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let point = [vec![4], decode(&jwk.x)?, decode(&jwk.y)?].concat();
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &decode(&jwk.d)?, &point);
        let key = Self::of_pair(&pair.ok()?, SecretString::from(jwk.d))?;
        jwk.kid.is_none_or(|kid| kid == key.kid).then_some(key)
    }

    fn jwk(&self) -> Jwk {
        Jwk {
            kty: "EC".to_string(),
            crv: "P-256".to_string(),
            x: self.x.clone(),
            y: self.y.clone(),
            d: self.d.expose_secret().to_string(),
            kid: Some(self.kid.clone()),
            alg: Some("ES256".to_string()),
            usage: Some("sig".to_string()),
        }
    }

    fn public(&self) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "x": self.x, "y": self.y, "kid": self.kid, "alg": "ES256", "use": "sig" })
    }

    /// The base64url signature of a message.
    pub fn sign(&self, message: &str) -> Result<String, KeyFault> {
        jsonwebtoken::crypto::sign(message.as_bytes(), &self.signing, Algorithm::ES256).map_err(|_| KeyFault::Signing)
    }

    /// Whether a base64url signature of a message is this key's.
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.verifying, Algorithm::ES256).unwrap_or(false)
    }
}

/// The keys in force: the first signs, all verify.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<Key>,
    /// What secrets of webhooks are derived from. It stays the same when keys are rotated.
    webhooks: Option<SecretString>,
    /// Tokens that they verified.
    pub(super) verified: Verified,
}

impl KeySet {
    /// A set of one new key.
    pub(super) fn generate() -> Result<Self, KeyFault> {
        Self::of(vec![Key::generate()?], Some(master()))
    }

    /// The same set with what secrets of webhooks are derived from; none if it has that.
    pub(super) fn completed(&self) -> Option<Result<Self, KeyFault>> {
        self.webhooks.is_none().then(|| Self::of(self.keys.clone(), Some(master())))
    }

    /// What secrets of webhooks are derived from, if the set has it.
    pub fn webhooks(&self) -> Option<[u8; MASTER_BYTES]> {
        URL_SAFE_NO_PAD.decode(self.webhooks.as_ref()?.expose_secret()).ok()?.try_into().ok()
    }

    /// Reads a private key set.
    pub(super) fn parse(text: &str) -> Result<Self, KeyFault> {
        let jwks: Jwks = serde_json::from_str(text)
            .map_err(|fault| KeyFault::Malformed(format!("line {}, column {}", fault.line(), fault.column())))?;
        let mut keys = Vec::with_capacity(jwks.keys.len());
        for (position, jwk) in jwks.keys.into_iter().enumerate() {
            keys.push(Key::of_jwk(jwk).ok_or(KeyFault::Key(position + 1))?);
        }
        let webhooks = jwks.webhooks.map(SecretString::from);
        let is_whole = |text: &SecretString| {
            URL_SAFE_NO_PAD.decode(text.expose_secret()).is_ok_and(|bytes| bytes.len() == MASTER_BYTES)
        };
        if webhooks.as_ref().is_some_and(|text| !is_whole(text)) {
            return Err(KeyFault::Webhooks);
        }
        Self::of(keys, webhooks)
    }

    fn of(keys: Vec<Key>, webhooks: Option<SecretString>) -> Result<Self, KeyFault> {
        if keys.is_empty() || keys.len() > MOST_KEYS {
            return Err(KeyFault::Count(keys.len()));
        }
        if let [one, other] = keys.as_slice()
            && one.kid == other.kid
        {
            return Err(KeyFault::Twice);
        }
        let set = Self { keys, webhooks, verified: Verified::default() };
        // A back-end that is missing or broken must be noticed now, not at a client's first request.
        let probe = "solidarity";
        let signature = set.signing()?.sign(probe)?;
        if set.signing()?.verifies(probe, &signature) { Ok(set) } else { Err(KeyFault::Signing) }
    }

    /// The set with a new key before those in force, of which the oldest is left out.
    pub(super) fn rotated(&self) -> Result<Self, KeyFault> {
        let kept = self.keys.iter().take(MOST_KEYS - 1).cloned();
        Self::of(std::iter::once(Key::generate()?).chain(kept).collect(), self.webhooks.clone())
    }

    /// The key that signs.
    pub(super) fn signing(&self) -> Result<&Key, KeyFault> {
        self.keys.first().ok_or(KeyFault::Count(0))
    }

    /// The key of a name.
    pub(super) fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The names of the keys, the one that signs first.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str())
    }

    /// The public keys as anyone may have them.
    pub fn public(&self) -> Value {
        json!({ "keys": self.keys.iter().map(Key::public).collect::<Vec<_>>() })
    }

    /// The private keys as the key file holds them.
    pub fn private(&self) -> SecretString {
        let webhooks = self.webhooks.as_ref().map(|text| text.expose_secret().to_string());
        let jwks = Jwks { keys: self.keys.iter().map(Key::jwk).collect(), webhooks };
        SecretString::from(serde_json::to_string_pretty(&jwks).unwrap_or_default() + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_set_survives_writing_and_reading_and_shows_no_private_part() {
        let set = KeySet::generate().unwrap().rotated().unwrap();
        let written = set.private();
        let read = KeySet::parse(written.expose_secret()).unwrap();
        assert_eq!(set.kids().collect::<Vec<_>>(), read.kids().collect::<Vec<_>>());
        let signature = set.signing().unwrap().sign("x").unwrap();
        assert!(read.signing().unwrap().verifies("x", &signature));
        let shown = format!("{set:?} {}", set.public());
        let private: Value = serde_json::from_str(written.expose_secret()).unwrap();
        for key in private["keys"].as_array().unwrap() {
            assert!(!shown.contains(key["d"].as_str().unwrap()));
        }
    }

    #[test]
    fn a_third_key_pushes_out_the_oldest() {
        let first = KeySet::generate().unwrap();
        let second = first.rotated().unwrap();
        let third = second.rotated().unwrap();
        assert_eq!(third.kids().count(), 2);
        assert_eq!(third.kids().nth(1), second.kids().next());
        assert!(third.find(first.kids().next().unwrap()).is_none());
    }

    #[test]
    fn what_is_no_key_set_is_refused() {
        let set = KeySet::generate().unwrap();
        let mut jwks: Value = serde_json::from_str(set.private().expose_secret()).unwrap();
        let mut other: Value = serde_json::from_str(KeySet::generate().unwrap().private().expose_secret()).unwrap();
        let fault = |value: &Value| KeySet::parse(&value.to_string()).unwrap_err();
        assert_eq!(fault(&json!({ "keys": [] })), KeyFault::Count(0));
        assert_eq!(fault(&json!({ "keys": [jwks["keys"][0], jwks["keys"][0]] })), KeyFault::Twice);
        assert_eq!(fault(&json!({ "keys": vec![jwks["keys"][0].clone(); 3] })), KeyFault::Count(3));
        assert!(matches!(fault(&json!([])), KeyFault::Malformed(_)));
        jwks["keys"][0]["kid"] = json!("mine");
        assert_eq!(fault(&jwks), KeyFault::Key(1));
        for (member, value) in [("d", "AAAA"), ("crv", "P-384"), ("kty", "RSA"), ("alg", "HS256"), ("use", "enc")] {
            let mut changed = other.clone();
            changed["keys"][0][member] = json!(value);
            assert_eq!(fault(&changed), KeyFault::Key(1), "{member}");
        }
        other["keys"][0]["x"] = jwks["keys"][0]["x"].clone();
        assert_eq!(fault(&other), KeyFault::Key(1));
    }
}
