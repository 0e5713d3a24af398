//! The kinds of object a scene is labelled with; knows nothing of how they look.

use std::fmt;

/// A kind of object that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectClass {
    /// A passenger car.
    Car,
    /// A single or double deck bus.
    Bus,
    /// A lorry with a box or an open bed.
    Truck,
    /// A pedal bicycle, parked or ridden.
    Bicycle,
    /// A motorcycle or motor scooter, parked or ridden.
    Motorcycle,
    /// One head of a traffic light; the pole is not part of it.
    TrafficLight,
    /// A fire hydrant.
    Hydrant,
    /// A tree with its trunk.
    Tree,
    /// A person on foot, seated or riding.
    Person,
    /// A bench.
    Bench,
    /// A street lamp with its post.
    StreetLamp,
}

impl ObjectClass {
    /// Every class, in a fixed order.
    pub const ALL: [Self; 11] = [
        Self::Car,
        Self::Bus,
        Self::Truck,
        Self::Bicycle,
        Self::Motorcycle,
        Self::TrafficLight,
        Self::Hydrant,
        Self::Tree,
        Self::Person,
        Self::Bench,
        Self::StreetLamp,
    ];

    /// The class in words, singular and in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Bus => "bus",
            Self::Truck => "truck",
            Self::Bicycle => "bicycle",
            Self::Motorcycle => "motorcycle",
            Self::TrafficLight => "traffic light",
            Self::Hydrant => "fire hydrant",
            Self::Tree => "tree",
            Self::Person => "person",
            Self::Bench => "bench",
            Self::StreetLamp => "street lamp",
        }
    }
}

impl fmt::Display for ObjectClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
