//! Which of several standing things hides which: sorts them from the farthest to the nearest; knows no drawing.

use crate::geometry::{Footprint, Frame, Vec3, corners};

/// The order in which to draw, as indices, the farthest first. Two footprints that a straight line parts are ordered
/// by the side of that line the eye is on; others by distance.
pub(crate) fn far_to_near(eye: Vec3, things: &[(Frame, Footprint)]) -> Vec<usize> {
    let distance = |at: &(Frame, Footprint)| {
        let away = at.0.origin - eye;
        away.x.hypot(away.z)
    };
    let mut left: Vec<usize> = (0..things.len()).collect();
    left.sort_by(|a, b| {
        let far = |at: &usize| things.get(*at).map_or(0.0, distance);
        far(b).total_cmp(&far(a))
    });
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let hides_none = left.iter().position(|candidate| {
            left.iter().all(|other| {
                other == candidate
                    || things
                        .get(*candidate)
                        .zip(things.get(*other))
                        .is_none_or(|(candidate, other)| !is_in_front(eye, candidate, other))
            })
        });
        order.push(left.remove(hides_none.unwrap_or(0)));
    }
    order
}

/// True when `first` stands between the eye and `second`.
fn is_in_front(eye: Vec3, first: &(Frame, Footprint), second: &(Frame, Footprint)) -> bool {
    let (a, b) = (corners(&first.0, first.1, 0.0), corners(&second.0, second.1, 0.0));
    parts(eye, &a, &b) || (!parts(eye, &b, &a) && parted_from(eye, &b, &a))
}

/// True when an edge of `near` has the eye and all of `near` on one side and all of `far` on the other.
fn parts(eye: Vec3, near: &[Vec3; 4], far: &[Vec3; 4]) -> bool {
    edges(near).any(|(start, end, inside)| {
        let side = |point: Vec3| (end - start).cross(point - start).y * inside;
        far.iter().all(|point| side(*point) <= 1e-3) && side(eye) > 0.0
    })
}

/// True when an edge of `far` has all of `far` on one side and the eye and all of `near` on the other.
fn parted_from(eye: Vec3, far: &[Vec3; 4], near: &[Vec3; 4]) -> bool {
    edges(far).any(|(start, end, inside)| {
        let side = |point: Vec3| (end - start).cross(point - start).y * inside;
        near.iter().all(|point| side(*point) <= 1e-3) && side(eye) <= 0.0
    })
}

/// Each edge with the sign of its inner side.
fn edges(corners: &[Vec3; 4]) -> impl Iterator<Item = (Vec3, Vec3, f32)> {
    let [a, b, c, d] = *corners;
    let centre = (a + b + c + d) * 0.25;
    [(a, b), (b, c), (c, d), (d, a)]
        .into_iter()
        .map(move |(start, end)| (start, end, (end - start).cross(centre - start).y.signum()))
}
