//! How often each class is put into a scene; knows nothing of where it goes.

use crate::class::ObjectClass;

/// The share of scenes that get each class. What remains visible is measured afterwards and is a little less.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    shares: Vec<(ObjectClass, f32)>,
}

impl Default for Mix {
    fn default() -> Self {
        let share = |class| match class {
            ObjectClass::Car => 0.42,
            ObjectClass::Person => 0.38,
            ObjectClass::Tree => 0.36,
            ObjectClass::Bicycle => 0.33,
            ObjectClass::TrafficLight | ObjectClass::StreetLamp => 0.32,
            ObjectClass::Bus | ObjectClass::Hydrant | ObjectClass::Bench => 0.29,
            ObjectClass::Truck | ObjectClass::Motorcycle => 0.27,
        };
        Self { shares: ObjectClass::ALL.into_iter().map(|class| (class, share(class))).collect() }
    }
}

impl Mix {
    /// The same mix with another share, 0..=1, for one class.
    #[must_use]
    pub fn with(mut self, class: ObjectClass, share: f32) -> Self {
        for (known, value) in &mut self.shares {
            if *known == class {
                *value = share.clamp(0.0, 1.0);
            }
        }
        self
    }

    /// The share of scenes that get this class, 0..=1.
    pub fn share(&self, class: ObjectClass) -> f32 {
        self.shares.iter().find(|(known, _)| *known == class).map_or(0.0, |(_, share)| *share)
    }
}
