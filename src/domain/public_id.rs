//! Public ids: a prefix that names the noun, and 128 random bits in Crockford base32. Must not make random values.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The nouns that have public ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noun {
    /// A resource, `res_`.
    Resource,
    /// An event, `evt_`.
    Event,
    /// A campaign, `cmp_`.
    Campaign,
    /// A regional update of any type, `upd_`.
    Update,
    /// A region, `reg_`.
    Region,
    /// A topic, `top_`.
    Topic,
    /// An organization, `org_`.
    Organization,
    /// A client, `cli_`.
    Client,
    /// A webhook, `whk_`.
    Webhook,
    /// A message to a webhook, `msg_`.
    Message,
}

const NOUNS: [(Noun, &str, &str); 10] = [
    (Noun::Resource, "res", "resource"),
    (Noun::Event, "evt", "event"),
    (Noun::Campaign, "cmp", "campaign"),
    (Noun::Update, "upd", "update"),
    (Noun::Region, "reg", "region"),
    (Noun::Topic, "top", "topic"),
    (Noun::Organization, "org", "organization"),
    (Noun::Client, "cli", "client"),
    (Noun::Webhook, "whk", "webhook"),
    (Noun::Message, "msg", "message"),
];

impl Noun {
    /// The prefix of its ids, without the underscore.
    pub fn prefix(self) -> &'static str {
        NOUNS.iter().find(|(noun, ..)| *noun == self).map_or("", |(_, prefix, _)| prefix)
    }

    /// Its name in references such as `resource:some-slug`.
    pub fn name(self) -> &'static str {
        NOUNS.iter().find(|(noun, ..)| *noun == self).map_or("", |(_, _, name)| name)
    }

    /// An id of this noun, of the 26 characters that rows keep.
    pub fn id_of(self, bare: &str) -> String {
        [self.prefix(), "_", bare].concat()
    }

    /// The noun of a name used in references.
    pub fn from_name(name: &str) -> Option<Self> {
        NOUNS.iter().find(|(_, _, known)| *known == name).map(|(noun, ..)| *noun)
    }
}

/// A public id: `res_` and 26 lower-case Crockford base32 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicId {
    /// What it names.
    pub noun: Noun,
    /// The random value.
    pub value: Uuid,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl PublicId {
    /// The id of a noun and a random value.
    pub const fn new(noun: Noun, value: Uuid) -> Self {
        Self { noun, value }
    }

    /// The key that rows use inside: the upper 63 bits of the random value, so that keys tell no order either.
    pub fn key(self) -> i64 {
        key_of(self.value)
    }

    /// The 26 characters after the prefix, as rows keep them.
    pub fn bare(self) -> String {
        let value = self.value.as_u128();
        let digit = |position: u32| usize::try_from((value >> (position * 5)) & 31).unwrap_or(0);
        let character = |position| char::from(ALPHABET.get(digit(position)).copied().unwrap_or(b'0'));
        (0..26u32).rev().map(character).collect()
    }

    /// Parses an id and insists on its noun.
    pub fn parse_as(text: &str, noun: Noun) -> Result<Self, IdFault> {
        let id: Self = text.parse()?;
        if id.noun == noun { Ok(id) } else { Err(IdFault::WrongNoun { expected: noun, found: id.noun }) }
    }
}

/// The inner key of a random value: see [`PublicId::key`].
pub fn key_of(value: Uuid) -> i64 {
    i64::try_from(value.as_u128() >> 65).unwrap_or(i64::MAX)
}

/// Why a text is not the id that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// It has not the form of an id.
    #[error("is not an id: expected a prefix such as `res_` and 26 characters")]
    Malformed,
    /// It names another noun.
    #[error("is the id of a {}, expected the id of a {} (`{}_...`)", found.name(), expected.name(), expected.prefix())]
    WrongNoun {
        /// What was asked for.
        expected: Noun,
        /// What the id names.
        found: Noun,
    },
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.noun.prefix(), self.bare())
    }
}

impl FromStr for PublicId {
    type Err = IdFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (prefix, digits) = text.split_once('_').ok_or(IdFault::Malformed)?;
        let noun = NOUNS.iter().find(|(_, known, _)| *known == prefix).map(|(noun, ..)| *noun);
        let noun = noun.ok_or(IdFault::Malformed)?;
        if digits.len() != 26 || digits.as_bytes().first().is_none_or(|first| *first > b'7') {
            return Err(IdFault::Malformed);
        }
        let mut value: u128 = 0;
        for byte in digits.bytes() {
            let digit = ALPHABET.iter().position(|known| *known == byte).ok_or(IdFault::Malformed)?;
            value = (value << 5) | digit as u128;
        }
        Ok(Self { noun, value: Uuid::from_u128(value) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_writing_and_reading() {
        for value in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = PublicId::new(Noun::Event, Uuid::from_u128(value));
            assert_eq!(id.to_string().parse(), Ok(id));
            assert!(id.key() >= 0);
        }
    }

    #[test]
    fn a_text_that_is_no_id_is_refused() {
        for text in ["", "evt_", "evt_8zzzzzzzzzzzzzzzzzzzzzzzzz", "evt_0000000000000000000000000u", "x_1", "evt-1"] {
            assert_eq!(text.parse::<PublicId>(), Err(IdFault::Malformed), "{text}");
        }
        let event = PublicId::new(Noun::Event, Uuid::from_u128(7)).to_string();
        assert_eq!(
            PublicId::parse_as(&event, Noun::Resource).map_err(|fault| fault.to_string()),
            Err("is the id of a event, expected the id of a resource (`res_...`)".to_string())
        );
    }
}
