//! Draws solids, sheets and lines given in metres onto a canvas, and keeps the outline of each; knows no objects.

use tiny_skia::{
    BlendMode, Color, FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point, RadialGradient,
    Shader, SpreadMode, Stroke, Transform,
};

use crate::{
    camera::{Camera, NEAREST},
    colour::Colour,
    geometry::{UP, Vec3, vec3},
    light::Light,
};

/// What the same strokes are drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// The picture itself.
    Picture,
    /// The shadow the sun throws on the ground: black, flattened along the light.
    Shadow,
    /// The image in wet ground: upside down.
    Mirror,
}

/// One opaque outline on the canvas, and which part of the object it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) part: Option<usize>,
    pub(crate) outline: Path,
}

/// Draws in metres under one light.
#[derive(Debug)]
pub(crate) struct Pen<'a> {
    pub(crate) camera: &'a Camera,
    pub(crate) light: &'a Light,
    pixmap: &'a mut Pixmap,
    pass: Pass,
    /// 0 when the object stands in shadow, 1 in full sun.
    pub(crate) sunlit: f32,
    part: Option<usize>,
    marks: Vec<Mark>,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(camera: &'a Camera, light: &'a Light, pixmap: &'a mut Pixmap, pass: Pass) -> Self {
        Self { camera, light, pixmap, pass, sunlit: 1.0, part: None, marks: Vec::new() }
    }

    /// What is drawn next belongs to this part of the object, or to none that is labelled.
    pub(crate) fn belongs_to(&mut self, part: Option<usize>) {
        self.part = part;
    }

    /// The outlines drawn since the last call.
    pub(crate) fn take_marks(&mut self) -> Vec<Mark> {
        std::mem::take(&mut self.marks)
    }

    /// The depth of a point in front of the camera, for drawing the farthest first.
    pub(crate) fn depth(&self, point: Vec3) -> f32 {
        self.camera.view(point).z
    }

    /// True when a surface at `at` with this outward direction faces the eye.
    pub(crate) fn faces(&self, at: Vec3, outward: Vec3) -> bool {
        let (at, outward) = match self.pass {
            Pass::Mirror => (vec3(at.x, -at.y, at.z), vec3(outward.x, -outward.y, outward.z)),
            Pass::Picture | Pass::Shadow => (at, outward),
        };
        self.pass == Pass::Shadow || outward.dot(self.camera.eye - at) > 0.0
    }

    /// A flat surface seen from its outer side only.
    pub(crate) fn panel(&mut self, points: &[Vec3], outward: Vec3, base: Colour) {
        if self.faces(middle(points), outward) {
            let colour = self.lit(base, outward, middle(points));
            self.fill_points(points, colour);
        }
    }

    /// A flat surface seen from its outer side only, from one colour at its top to another at its bottom.
    pub(crate) fn sheen(&mut self, points: &[Vec3], outward: Vec3, top: Colour, bottom: Colour) {
        let centre = middle(points);
        if !self.faces(centre, outward) {
            return;
        }
        let (top, bottom) = (self.lit(top, outward, centre), self.lit(bottom, outward, centre));
        let Some(path) = self.outline(points) else { return };
        let bounds = path.bounds();
        let shader = self.gradient((bounds.left(), bounds.top()), (bounds.left(), bounds.bottom()), top, bottom);
        self.fill(path, shader);
    }

    /// A thin surface seen from either side.
    pub(crate) fn sheet(&mut self, points: &[Vec3], base: Colour) {
        let centre = middle(points);
        let [a, b, c] = [0, points.len() / 3, 2 * points.len() / 3].map(|at| points.get(at).copied().unwrap_or(centre));
        let across = (b - a).cross(c - a).unit();
        let outward = if across.dot(self.camera.eye - centre) < 0.0 { -across } else { across };
        let colour = self.lit(base, outward, centre);
        self.fill_points(points, colour);
    }

    /// A surface that shines by itself.
    pub(crate) fn glowing(&mut self, points: &[Vec3], outward: Vec3, colour: Colour) {
        let centre = middle(points);
        if self.faces(centre, outward) {
            let distance = (centre - self.camera.eye).length();
            let colour = colour.mix(self.light.fog, self.light.haze_share(distance) * 0.6);
            self.fill_points(points, colour);
        }
    }

    /// The outline of everything between these points, in one colour.
    pub(crate) fn wrap(&mut self, points: &[Vec3], base: Colour) {
        let centre = middle(points);
        let colour = self.lit(base, (self.camera.eye - centre).unit(), centre);
        let on_canvas: Vec<_> = points.iter().filter_map(|point| self.place(*point)).map(|(x, y, _)| (x, y)).collect();
        if let Some(path) = closed(&convex(on_canvas)) {
            let shader = solid(colour);
            self.fill(path, shader);
        }
    }

    /// The rounded outline of everything between these balls, shaded as if it were round.
    pub(crate) fn hull(&mut self, balls: &[(Vec3, f32)], base: Colour) {
        let mut rim = Vec::new();
        let mut widest = 0.0_f32;
        for (centre, radius) in balls {
            let Some((x, y, depth)) = self.place(*centre) else {
                return;
            };
            let radius = (radius * self.camera.focal / depth).max(0.35);
            widest = widest.max(radius);
            let sides: u16 = if radius > 14.0 { 24 } else { 12 };
            rim.extend((0..sides).map(|side| {
                let angle = std::f32::consts::TAU * f32::from(side) / f32::from(sides);
                (x + radius * angle.cos(), y + radius * angle.sin())
            }));
        }
        let Some(path) = closed(&convex(rim)) else { return };
        let centre = balls.iter().fold(vec3(0.0, 0.0, 0.0), |sum, ball| sum + ball.0) * (1.0 / balls.len() as f32);
        let shader = self.round_shading(centre, base, &path, widest);
        self.fill(path, shader);
    }

    /// A limb, pole or trunk from one ball to another.
    pub(crate) fn limb(&mut self, start: Vec3, start_radius: f32, end: Vec3, end_radius: f32, base: Colour) {
        self.hull(&[(start, start_radius), (end, end_radius)], base);
    }

    /// A ball.
    pub(crate) fn ball(&mut self, centre: Vec3, radius: f32, base: Colour) {
        self.hull(&[(centre, radius)], base);
    }

    /// A flat round plate spanned by two half-axes.
    pub(crate) fn disc(&mut self, centre: Vec3, across: Vec3, along: Vec3, base: Colour) {
        self.sheet(&circle(centre, across, along), base);
    }

    /// A bent rod through these points, this many metres thick.
    pub(crate) fn rod(&mut self, points: &[Vec3], thickness: f32, base: Colour) {
        let placed: Vec<_> = points.iter().filter_map(|point| self.place(*point)).collect();
        if placed.len() < 2 || placed.len() != points.len() {
            return;
        }
        let depth = placed.iter().map(|point| point.2).sum::<f32>() / placed.len() as f32;
        let mut builder = PathBuilder::new();
        for (at, (x, y, _)) in placed.into_iter().enumerate() {
            if at == 0 {
                builder.move_to(x, y);
            } else {
                builder.line_to(x, y);
            }
        }
        let per_metre = self.camera.focal / depth;
        let stroke = Stroke {
            width: (thickness * per_metre).max(0.8),
            line_cap: tiny_skia::LineCap::Round,
            line_join: tiny_skia::LineJoin::Round,
            ..Stroke::default()
        };
        let line = builder.finish().and_then(|path| match &stroke.dash {
            Some(dash) => path.dash(dash, 1.0),
            None => Some(path),
        });
        let Some(outline) = line.and_then(|path| path.stroke(&stroke, 1.0)) else {
            return;
        };
        let centre = middle(points);
        let colour = self.lit(base, (self.camera.eye - centre + UP * 2.0).unit(), centre);
        let shader = solid(colour);
        self.fill(outline, shader);
    }

    /// A body turned around an upright axis: `rings` are (radius, height above `foot`), from the bottom up.
    pub(crate) fn lathe(&mut self, foot: Vec3, rings: &[(f32, f32)], base: Colour) {
        for pair in rings.windows(2) {
            let [(low_radius, low), (high_radius, high)] = pair else {
                continue;
            };
            let points: Vec<_> = circle(foot + UP * *low, vec3(*low_radius, 0.0, 0.0), vec3(0.0, 0.0, *low_radius))
                .into_iter()
                .chain(circle(foot + UP * *high, vec3(*high_radius, 0.0, 0.0), vec3(0.0, 0.0, *high_radius)))
                .collect();
            let on_canvas: Vec<_> =
                points.iter().filter_map(|point| self.place(*point)).map(|(x, y, _)| (x, y)).collect();
            let Some(path) = closed(&convex(on_canvas)) else {
                continue;
            };
            let slope = (low_radius - high_radius).atan2(high - low);
            let tint = base * (1.0 + 0.12 * slope);
            let width = path.bounds().width() / 2.0;
            let shader = self.round_shading(foot + UP * ((low + high) / 2.0), tint, &path, width);
            self.fill(path, shader);
        }
        if let Some((radius, top)) = rings.last() {
            let rim = circle(foot + UP * *top, vec3(*radius, 0.0, 0.0), vec3(0.0, 0.0, *radius));
            self.panel(&rim, UP, base);
        }
    }

    /// A closed box standing on the frame's ground: half width, from and to heights, half length.
    pub(crate) fn block(&mut self, at: &crate::geometry::Frame, centre: Vec3, half: Vec3, base: Colour) {
        let corner =
            |x: f32, y: f32, z: f32| at.at(centre.x + half.x * x, centre.y + half.y * y, centre.z + half.z * z);
        for sign in [-1.0, 1.0] {
            let faces = [
                ([(sign, -1.0, -1.0), (sign, -1.0, 1.0), (sign, 1.0, 1.0), (sign, 1.0, -1.0)], (sign, 0.0, 0.0)),
                ([(-1.0, sign, -1.0), (1.0, sign, -1.0), (1.0, sign, 1.0), (-1.0, sign, 1.0)], (0.0, sign, 0.0)),
                ([(-1.0, -1.0, sign), (1.0, -1.0, sign), (1.0, 1.0, sign), (-1.0, 1.0, sign)], (0.0, 0.0, sign)),
            ];
            for (points, (x, y, z)) in faces {
                self.panel(&points.map(|(x, y, z)| corner(x, y, z)), at.turn(x, y, z), base);
            }
        }
    }

    /// Added light around a shining point; it hides nothing and belongs to no part.
    pub(crate) fn halo(&mut self, centre: Vec3, radius: f32, colour: Colour, strength: f32) {
        if self.pass == Pass::Shadow || strength <= 0.01 {
            return;
        }
        let Some((x, y, depth)) = self.place(centre) else {
            return;
        };
        let radius = (radius * self.camera.focal / depth).clamp(2.0, 400.0);
        let paint_of = |share: f32| to_paint(colour * (strength * share), 1.0);
        let stops = [(0.0, 1.0), (0.12, 0.55), (0.35, 0.2), (0.7, 0.05), (1.0, 0.0)]
            .map(|(at, share)| GradientStop::new(at, paint_of(share)));
        let middle = Point::from_xy(x, y);
        let gradient =
            RadialGradient::new(middle, 0.0, middle, radius, stops.to_vec(), SpreadMode::Pad, Transform::identity());
        let Some(shader) = gradient else { return };
        let Some(path) = PathBuilder::from_circle(x, y, radius) else {
            return;
        };
        let paint = Paint { shader, blend_mode: BlendMode::Plus, anti_alias: true, ..Paint::default() };
        self.pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    /// The colour of a lit surface at a place, through the air in between.
    pub(crate) fn lit(&self, base: Colour, outward: Vec3, at: Vec3) -> Colour {
        let distance = (at - self.camera.eye).length();
        self.light.through_air(self.light.on(base, outward, at, self.sunlit), distance)
    }

    fn place(&self, point: Vec3) -> Option<(f32, f32, f32)> {
        self.camera.project(self.cast(point))
    }

    fn cast(&self, point: Vec3) -> Vec3 {
        match self.pass {
            Pass::Picture => point,
            Pass::Mirror => vec3(point.x, -point.y, point.z),
            Pass::Shadow => point - self.light.sun_from * (point.y / self.light.sun_from.y.max(0.2)),
        }
    }

    fn outline(&self, points: &[Vec3]) -> Option<Path> {
        let seen: Vec<_> = points.iter().map(|point| self.camera.view(self.cast(*point))).collect();
        let mut kept = Vec::with_capacity(seen.len() + 2);
        for (at, point) in seen.iter().enumerate() {
            let Some(next) = seen.get((at + 1) % seen.len()) else {
                continue;
            };
            if point.z >= NEAREST {
                kept.push(self.camera.canvas(*point));
            }
            if (point.z >= NEAREST) != (next.z >= NEAREST) {
                let crossing = point.toward(*next, (NEAREST - point.z) / (next.z - point.z));
                kept.push(self.camera.canvas(vec3(crossing.x, crossing.y, NEAREST)));
            }
        }
        closed(&kept)
    }

    fn fill_points(&mut self, points: &[Vec3], colour: Colour) {
        if let Some(path) = self.outline(points) {
            self.fill(path, solid(colour));
        }
    }

    fn round_shading(&self, centre: Vec3, base: Colour, path: &Path, width: f32) -> Shader<'static> {
        if self.pass == Pass::Shadow || width < 1.2 {
            return solid(self.lit(base, (self.camera.eye - centre).unit(), centre));
        }
        let seen = self.camera.view(self.camera.eye + self.light.sun_from);
        let sideways = if seen.x < 0.0 { -1.0 } else { 1.0 };
        let front = (self.camera.eye - centre).unit();
        let right = UP.cross(-front).unit() * sideways;
        let bright = self.lit(base, (front * 0.5 + right * 0.7 + UP * 0.5).unit(), centre);
        let dim = self.lit(base * 0.66, (front * 0.4 - right).unit(), centre);
        let bounds = path.bounds();
        let (left, far) = (bounds.left(), bounds.right());
        let (from, to) = if sideways > 0.0 { (far, left) } else { (left, far) };
        let stop = |at, colour| GradientStop::new(at, to_paint(colour, 1.0));
        let stops =
            vec![stop(0.0, bright * 0.95), stop(0.25, bright), stop(0.6, bright.mix(dim, 0.45)), stop(1.0, dim)];
        let (top, bottom) = (bounds.top(), bounds.bottom());
        LinearGradient::new(
            Point::from_xy(from, top),
            Point::from_xy(to, bottom.min(top + bounds.width() * 0.5)),
            stops,
            SpreadMode::Pad,
            Transform::identity(),
        )
        .unwrap_or_else(|| solid(bright))
    }

    fn gradient(&self, from: (f32, f32), to: (f32, f32), start: Colour, end: Colour) -> Shader<'static> {
        let stops = vec![GradientStop::new(0.0, to_paint(start, 1.0)), GradientStop::new(1.0, to_paint(end, 1.0))];
        LinearGradient::new(
            Point::from_xy(from.0, from.1),
            Point::from_xy(to.0, to.1),
            stops,
            SpreadMode::Pad,
            Transform::identity(),
        )
        .filter(|_| self.pass != Pass::Shadow)
        .unwrap_or_else(|| solid(start))
    }

    fn fill(&mut self, path: Path, shader: Shader<'_>) {
        let shader = if self.pass == Pass::Shadow { Shader::SolidColor(Color::BLACK) } else { shader };
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        self.pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        if self.pass == Pass::Picture {
            self.marks.push(Mark { part: self.part, outline: path });
        }
    }
}

fn solid(colour: Colour) -> Shader<'static> {
    Shader::SolidColor(to_paint(colour, 1.0))
}

fn to_paint(colour: Colour, alpha: f32) -> Color {
    let part = |value: f32| value.clamp(0.0, 1.0);
    Color::from_rgba(part(colour.r), part(colour.g), part(colour.b), alpha).unwrap_or(Color::BLACK)
}

/// Twenty-four points around an ellipse spanned by two half-axes.
pub(crate) fn circle(centre: Vec3, across: Vec3, along: Vec3) -> [Vec3; 24] {
    std::array::from_fn(|at| {
        let angle = std::f32::consts::TAU * at as f32 / 24.0;
        centre + across * angle.cos() + along * angle.sin()
    })
}

fn middle(points: &[Vec3]) -> Vec3 {
    points.iter().fold(vec3(0.0, 0.0, 0.0), |sum, point| sum + *point) * (1.0 / points.len().max(1) as f32)
}

fn closed(points: &[(f32, f32)]) -> Option<Path> {
    if points.len() < 3 {
        return None;
    }
    let mut builder = PathBuilder::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let (x, y) = (x.clamp(-6000.0, 6000.0), y.clamp(-6000.0, 6000.0));
        if at == 0 {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    builder.close();
    builder.finish()
}

/// The convex outline of these points (Andrew's monotone chain).
fn convex(mut points: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let chain = |points: &mut dyn Iterator<Item = (f32, f32)>| {
        let mut kept: Vec<(f32, f32)> = Vec::new();
        for point in points {
            while let [.., before, last] = kept.as_slice() {
                let turn = (last.0 - before.0) * (point.1 - before.1) - (last.1 - before.1) * (point.0 - before.0);
                if turn > 0.0 {
                    break;
                }
                kept.pop();
            }
            kept.push(point);
        }
        kept.pop();
        kept
    };
    let mut outline = chain(&mut points.iter().copied());
    outline.extend(chain(&mut points.iter().rev().copied()));
    outline
}
