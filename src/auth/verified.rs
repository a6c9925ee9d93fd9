//! Tokens whose signature was found right, so that a client which asks often is checked once. They are known by their
//! hashes; a key set has its own, which go with it. Must not say whether a token holds now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::token::Claims;

/// Tokens that are remembered at once, about half a KiB each.
const MOST: usize = 1_024;

/// The SHA-256 of a token.
pub(super) type Name = [u8; 32];

/// What some tokens claim.
#[derive(Debug, Default)]
pub(super) struct Verified(Mutex<HashMap<Name, Arc<Claims>>>);

impl Verified {
    pub(super) fn name(token: &str) -> Name {
        Sha256::digest(token).into()
    }

    pub(super) fn find(&self, name: &Name) -> Option<Arc<Claims>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Remembers a token. When there are too many, those go that ended, and if that is not enough, all.
    pub(super) fn add(&self, name: Name, claims: &Arc<Claims>, now: i64) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= MOST {
            tokens.retain(|_, claims| claims.exp > now);
            if tokens.len() >= MOST {
                tokens.clear();
            }
        }
        tokens.insert(name, Arc::clone(claims));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(exp: i64) -> Arc<Claims> {
        Arc::new(serde_json::from_value(serde_json::json!({
            "iss": "i", "sub": "s", "client_id": "s", "aud": "a", "exp": exp, "iat": 0, "jti": "j", "scope": "", "gen": 0
        })).unwrap())
    }

    #[test]
    fn it_stays_small_and_drops_what_ended_first() {
        let verified = Verified::default();
        let name = |number: usize| Verified::name(&number.to_string());
        for number in 0..MOST {
            verified.add(name(number), &claims(if number < 10 { 100 } else { 5 }), 0);
        }
        verified.add(name(MOST), &claims(100), 5);
        let kept = verified.0.lock().unwrap().len();
        assert_eq!(kept, 11, "those that had not ended, and the new one");
        assert!(verified.find(&name(0)).is_some() && verified.find(&name(10)).is_none());
        for number in 0..3 * MOST {
            verified.add(name(number), &claims(100), 5);
            assert!(verified.0.lock().unwrap().len() <= MOST);
        }
    }
}
