//! The place of a follower in the change log: what a sync token holds. Must not seal it.

/// Bytes of a place, its version first.
const BYTES: usize = 1 + 6 * 8;
/// The only version so far.
const VERSION: u8 = 1;
/// The key of a walk that is over, and of one that has not begun.
const NO_KEY: i64 = i64::MIN;

/// A place in the change log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Names what is followed, and what the follower may see.
    pub question: [u8; 8],
    /// The last change that was told.
    pub seq: i64,
    /// The instant of that change, in microseconds since 1970: another database has another one. 0 if it is not kept.
    pub at: i64,
    /// While everything is walked: the key of the last item, [`Place::START`] at the start.
    pub walk: Option<i64>,
    /// The last of what the clock did that was told: its instant in microseconds since 1970, and the item's key.
    pub turned: (i64, i64),
}

impl Place {
    /// Before all keys, which are positive.
    pub const START: i64 = -1;

    /// The bytes.
    pub fn encode(&self) -> [u8; BYTES] {
        let mut bytes = [VERSION; BYTES];
        let parts = [self.seq, self.at, self.walk.unwrap_or(NO_KEY), self.turned.0, self.turned.1];
        let numbers = parts.iter().flat_map(|part| part.to_be_bytes());
        for (byte, part) in bytes.iter_mut().skip(1).zip(self.question.into_iter().chain(numbers)) {
            *byte = part;
        }
        bytes
    }

    /// From bytes; none if they are of another version.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        if *version != VERSION || bytes.len() != BYTES {
            return None;
        }
        let (question, numbers) = rest.split_first_chunk::<8>()?;
        let (numbers, _) = numbers.as_chunks::<8>();
        let [seq, at, walk, end, key] = *numbers else { return None };
        let number = i64::from_be_bytes;
        Some(Self {
            question: *question,
            seq: number(seq),
            at: number(at),
            walk: Some(number(walk)).filter(|key| *key != NO_KEY),
            turned: (number(end), number(key)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_bytes() {
        let place = Place { question: *b"question", seq: 7, at: -3, walk: None, turned: (i64::MAX, 5) };
        for place in [place, Place { walk: Some(Place::START), ..place }, Place { walk: Some(9), seq: 0, ..place }] {
            assert_eq!(Place::decode(&place.encode()), Some(place));
        }
        let bytes = place.encode();
        assert_eq!(Place::decode(&bytes[..BYTES - 1]), None);
        assert_eq!(Place::decode(&[&[2], &bytes[1..]].concat()), None);
    }
}
