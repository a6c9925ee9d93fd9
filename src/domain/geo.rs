//! Points, the fixed grid that hides them, and what is near: what must not be exact is replaced by the centre of its cell
//! before it is stored, and distances are of what is stored. Must not keep an exact point.

use serde::{Deserialize, Deserializer, Serialize};

/// A point in WGS 84, in millionths of a degree: integers compare alike on every database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// Mean radius of the Earth in metres.
const EARTH: f64 = 6_371_008.8;
/// Smallest radius of what is near, and smallest side of a box, in kilometres.
pub const NEAREST_KM: f64 = 5.0;
/// Largest radius of what is near, in kilometres.
pub const FARTHEST_KM: f64 = 2_000.0;

/// A point as whole metres from the centre of the Earth along three axes: the straight line between two of them grows
/// with their distance, and its square is a sum of integers, the same on every database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    /// Towards 0° N 0° E.
    pub x: i64,
    /// Towards 0° N 90° E.
    pub y: i64,
    /// Towards the north pole.
    pub z: i64,
}

impl Point {
    /// Millionths of a degree north of the equator, and east of Greenwich.
    pub fn micro_degrees(self) -> (i64, i64) {
        (self.latitude.into(), self.longitude.into())
    }

    /// The point in space.
    pub fn spot(self) -> Spot {
        let (latitude, longitude) = (self.latitude().to_radians(), self.longitude().to_radians());
        #[expect(clippy::cast_possible_truncation, reason = "at most the radius of the Earth")]
        let metres = |part: f64| (part * EARTH).round() as i64;
        Spot {
            x: metres(latitude.cos() * longitude.cos()),
            y: metres(latitude.cos() * longitude.sin()),
            z: metres(latitude.sin()),
        }
    }
}

/// What is within a distance of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Near {
    /// The point.
    pub spot: Spot,
    /// The square of the longest straight line, in square metres.
    pub line_squared: i64,
    /// The least and the largest latitude of what may be near, in millionths of a degree.
    pub latitudes: (i64, i64),
}

impl Near {
    /// What is within so many kilometres of a point.
    pub fn new(point: Point, radius_km: f64) -> Result<Self, String> {
        if !(NEAREST_KM..=FARTHEST_KM).contains(&radius_km) {
            return Err(format!("radiusKm {radius_km} is not between {NEAREST_KM} and {FARTHEST_KM}"));
        }
        let angle = radius_km * 1_000.0 / EARTH;
        // A metre more on either side, since spots are whole metres.
        let line = 2.0 * EARTH * (angle / 2.0).sin() + 1.0;
        #[expect(clippy::cast_possible_truncation, reason = "below the square of the diameter of the Earth")]
        let line_squared = (line * line) as i64;
        #[expect(clippy::cast_possible_truncation, reason = "below 20 million")]
        let band = (angle.to_degrees() * 1e6) as i64 + 100;
        let (latitude, _) = point.micro_degrees();
        Ok(Self { spot: point.spot(), line_squared, latitudes: (latitude - band, latitude + band) })
    }
}

/// What lies in a box of degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The southern and the northern edge, in millionths of a degree.
    pub latitudes: (i64, i64),
    /// The western and the eastern edge, in millionths of a degree.
    pub longitudes: (i64, i64),
}

impl Bounds {
    /// The box between two corners, which must be at least 5 km high and wide.
    pub fn new(south_west: Point, north_east: Point) -> Result<Self, String> {
        let ((south, west), (north, east)) = (south_west.micro_degrees(), north_east.micro_degrees());
        if south >= north || west >= east {
            return Err("south must be below north, and west below east".to_string());
        }
        let metres = |from: Point, to: Point| {
            let (from, to) = (from.spot(), to.spot());
            let square = (from.x - to.x).pow(2) + (from.y - to.y).pow(2) + (from.z - to.z).pow(2);
            #[expect(clippy::cast_precision_loss, reason = "a comparison with kilometres")]
            let square = square as f64;
            square.sqrt()
        };
        let corner = Point { latitude: south_west.latitude, longitude: north_east.longitude };
        // More than half around the Earth is a short straight line, and wide enough.
        let is_wide = east - west > 1_000_000 || metres(south_west, corner) >= NEAREST_KM * 1_000.0;
        let is_high = north - south > 1_000_000 || metres(corner, north_east) >= NEAREST_KM * 1_000.0;
        if !is_wide || !is_high {
            return Err(format!("is less than {NEAREST_KM} km high or wide"));
        }
        Ok(Self { latitudes: (south, north), longitudes: (west, east) })
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

    #[test]
    fn straight_lines_tell_what_is_near() {
        let point = |latitude, longitude| Point::from_degrees(latitude, longitude).unwrap();
        let is_near = |near: &Near, point: Point| {
            let (here, there) = (near.spot, point.spot());
            let square = (here.x - there.x).pow(2) + (here.y - there.y).pow(2) + (here.z - there.z).pow(2);
            let (latitude, _) = point.micro_degrees();
            let is_in_band = (near.latitudes.0..=near.latitudes.1).contains(&latitude);
            assert!(is_in_band || square > near.line_squared, "the band leaves something out");
            square <= near.line_squared
        };
        // Toronto and Ottawa are 352 km apart by great circle, Vancouver and St. John's 5 023 km.
        let toronto = point(43.6532, -79.3832);
        assert!(is_near(&Near::new(toronto, 353.0).unwrap(), point(45.4215, -75.6972)));
        assert!(!is_near(&Near::new(toronto, 351.0).unwrap(), point(45.4215, -75.6972)));
        // Across the antimeridian and at the poles.
        assert!(is_near(&Near::new(point(60.0, 179.99), 5.0).unwrap(), point(60.0, -179.99)));
        assert!(is_near(&Near::new(point(89.99, 0.0), 5.0).unwrap(), point(89.99, 180.0)));
        for radius in [4.999, 2_000.1, f64::NAN, f64::INFINITY, -5.0] {
            assert!(Near::new(toronto, radius).is_err(), "{radius}");
        }
    }

    #[test]
    fn a_box_is_at_least_five_kilometres_high_and_wide() {
        let point = |latitude, longitude| Point::from_degrees(latitude, longitude).unwrap();
        assert!(Bounds::new(point(43.60, -79.40), point(43.65, -79.33)).is_ok());
        assert!(Bounds::new(point(-90.0, -180.0), point(90.0, 180.0)).is_ok());
        for (south_west, north_east) in [
            (point(43.60, -79.40), point(43.64, -79.33)),
            (point(43.60, -79.40), point(43.65, -79.35)),
            (point(43.65, -79.40), point(43.60, -79.33)),
            (point(43.60, 179.0), point(43.65, -179.0)),
        ] {
            assert!(Bounds::new(south_west, north_east).is_err(), "{south_west:?} {north_east:?}");
        }
    }
}
