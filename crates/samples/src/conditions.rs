//! The hour, weather and season of a scene; knows nothing of the colours they bring.

/// The time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hour {
    /// Low warm sun, cool shadows.
    Dawn,
    /// High white sun.
    Noon,
    /// Slanting golden sun.
    Afternoon,
    /// After sunset, lamps coming on.
    Dusk,
    /// Lamps and lit windows only.
    Night,
}

/// What the sky is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Sun or stars, few clouds.
    Clear,
    /// Broken clouds, some sun.
    Cloudy,
    /// Closed grey sky, no shadows.
    Overcast,
    /// Falling rain on wet ground.
    Rain,
    /// Distance fades away.
    Fog,
    /// Falling snow on white ground.
    Snow,
}

/// The time of year, as trees show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Season {
    /// Fresh leaves and blossom.
    Spring,
    /// Full green leaves.
    Summer,
    /// Yellow, orange and red leaves.
    Autumn,
    /// Bare branches.
    Winter,
}

/// What a scene was drawn under.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// The time of day.
    pub hour: Hour,
    /// The weather.
    pub weather: Weather,
    /// The time of year.
    pub season: Season,
    /// The angle between the camera and the road in degrees: 0 looks along it, 90 across it.
    pub turn_degrees: f32,
    /// Height of the camera above the ground in metres.
    pub camera_height_m: f32,
}
