//! A plot with two axes as SVG text: frame, ticks, names, escaped. Does not know what is plotted.

use std::fmt::{self, Write as _};

/// Size of a plot and of its margins, in units of its own.
pub(super) const WIDTH: f64 = 480.0;
pub(super) const HEIGHT: f64 = 360.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 26.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 48.0;

/// Text that may stand inside markup.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                // What markup may not hold at all is shown as a replacement.
                control if control.is_control() => formatter.write_char('\u{FFFD}')?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A plot that is being drawn. Positions run from 0 to 1 in both directions, upwards.
pub(super) struct Plot {
    text: String,
}

impl Plot {
    /// Begins a plot; `title` and `description` are what is heard in its place, `id` tells plots of a page apart.
    pub(super) fn begin(id: &str, title: &str, description: &str) -> Self {
        let text = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-title {id}-description\">\
             <title id=\"{id}-title\">{}</title><desc id=\"{id}-description\">{}</desc>",
            Escaped(title),
            Escaped(description)
        );
        Self { text }
    }

    /// Where a position lies on the page.
    pub(super) fn at(x: f64, y: f64) -> (f64, f64) {
        (LEFT + x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM))
    }

    /// Width and height of a share of the plane.
    pub(super) fn size(width: f64, height: f64) -> (f64, f64) {
        (width * (WIDTH - LEFT - RIGHT), height * (HEIGHT - TOP - BOTTOM))
    }

    /// Adds markup that is already escaped.
    pub(super) fn add(&mut self, markup: fmt::Arguments<'_>) {
        self.text.write_fmt(markup).expect("writing to a String cannot fail");
    }

    /// Names the axis below, with ticks as (position, text).
    pub(super) fn axis_below(&mut self, name: &str, ticks: &[(f64, String)]) {
        for (position, label) in ticks {
            let (x, y) = Self::at(*position, 0.0);
            let end = y + 4.0;
            self.add(format_args!("<line class=\"tick\" x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{x:.1}\" y2=\"{end:.1}\"/>"));
            let below = y + 17.0;
            self.add(format_args!(
                "<text x=\"{x:.1}\" y=\"{below:.1}\" text-anchor=\"middle\">{}</text>",
                Escaped(label)
            ));
        }
        let (x, _) = Self::at(0.5, 0.0);
        let y = HEIGHT - 8.0;
        self.add(format_args!(
            "<text class=\"name\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>",
            Escaped(name)
        ));
    }

    /// Names the axis at the left, with ticks as (position, text).
    pub(super) fn axis_left(&mut self, name: &str, ticks: &[(f64, String)]) {
        for (position, label) in ticks {
            let (x, y) = Self::at(0.0, *position);
            let (begin, before, middle) = (x - 4.0, x - 7.0, y + 4.0);
            self.add(format_args!(
                "<line class=\"tick\" x1=\"{begin:.1}\" y1=\"{y:.1}\" x2=\"{x:.1}\" y2=\"{y:.1}\"/>"
            ));
            self.add(format_args!(
                "<text x=\"{before:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{}</text>",
                Escaped(label)
            ));
        }
        let (_, y) = Self::at(0.0, 0.5);
        self.add(format_args!(
            "<text class=\"name\" transform=\"translate(13 {y:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            Escaped(name)
        ));
    }

    /// Draws the frame around the plane.
    pub(super) fn frame(&mut self) {
        let (x, y) = Self::at(0.0, 1.0);
        let (width, height) = Self::size(1.0, 1.0);
        self.add(format_args!(
            "<rect class=\"frame\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        ));
    }

    /// The finished plot.
    pub(super) fn end(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }
}

/// Ticks at the fifths of an axis of shares.
pub(super) fn fifths() -> Vec<(f64, String)> {
    (0..=5_u8).map(|fifth| (f64::from(fifth) / 5.0, format!("{} %", fifth * 20))).collect()
}
