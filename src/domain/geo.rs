//! Points and the fixed grid that hides them: what must not be exact is replaced by the centre of its cell before it
//! is stored. Must not keep an exact point.

use serde::{Deserialize, Deserializer, Serialize};

/// A point in WGS 84, in millionths of a degree: integers compare alike on every database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    latitude: i32,
    longitude: i32,
}

/// Height of a cell: 0.1 degree of latitude, about 11 km.
const CELL: i32 = 100_000;

/// Side of a cell in metres, as told to readers.
pub const CELL_METRES: i32 = 11_132;

impl Point {
    /// A point of degrees; latitude within 90, longitude within 180.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Result<Self, String> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(format!("latitude {latitude} is not between -90 and 90"));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(format!("longitude {longitude} is not between -180 and 180"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 180 million")]
        let micro = |degrees: f64| (degrees * 1e6).round() as i32;
        Ok(Self { latitude: micro(latitude), longitude: micro(longitude) })
    }

    /// Degrees north of the equator.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / 1e6
    }

    /// Degrees east of Greenwich.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / 1e6
    }

    /// The centre of the cell that the point lies in. Cells widen towards the poles so that each is about as wide as
    /// it is high.
    pub fn cell_centre(self) -> Self {
        let row = self.latitude.clamp(-89_999_999, 89_999_999).div_euclid(CELL);
        let latitude = row * CELL + CELL / 2;
        let width = 1.0 / (f64::from(latitude) / 1e6).to_radians().cos().max(0.01);
        #[expect(clippy::cast_possible_truncation, reason = "between 100 000 and 10 million")]
        let width = (f64::from(CELL) * width) as i32;
        let longitude = self.longitude.div_euclid(width) * width + width / 2;
        Self { latitude, longitude: longitude.clamp(-180_000_000, 180_000_000) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Degrees {
    latitude: f64,
    longitude: f64,
}

impl Serialize for Point {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Degrees { latitude: self.latitude(), longitude: self.longitude() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let degrees = Degrees::deserialize(deserializer)?;
        Self::from_degrees(degrees.latitude, degrees.longitude).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_a_cell_becomes_its_centre() {
        let centre = Point::from_degrees(43.6532, -79.3832).unwrap().cell_centre();
        assert_eq!(centre, centre.cell_centre());
        assert_eq!(centre, Point::from_degrees(43.66, -79.39).unwrap().cell_centre());
        assert!((centre.latitude() - 43.6532).abs() <= 0.05 && (centre.longitude() + 79.3832).abs() <= 0.07);
        for (latitude, longitude) in [(90.0, 180.0), (-90.0, -180.0), (0.0, 0.0)] {
            let centre = Point::from_degrees(latitude, longitude).unwrap().cell_centre();
            assert_eq!(centre, centre.cell_centre());
        }
        assert!(Point::from_degrees(100.0, 0.0).is_err());
    }
}
