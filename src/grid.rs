//! Places in a grid of tiles and the keys that move between them or pick. Knows neither Yew nor the browser.

/// What a key does while a tile has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keystroke {
    /// The focus goes to this tile.
    Move(usize),
    /// This tile is picked, or no longer.
    Toggle(usize),
    /// The screen is handed in.
    Submit,
}

/// A key as the browser names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key<'a> {
    /// What it types: `ArrowLeft`, `5`, `é`.
    pub name: &'a str,
    /// Where it lies: `Digit2`. A French keyboard types `é` there, and means tile 2 all the same.
    pub place: &'a str,
    /// Whether Control is held.
    pub control: bool,
    /// Whether Alt or the platform's own modifier is held: then the key belongs to the browser.
    pub foreign: bool,
}

/// A grid read row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Tiles in a row, at least 1.
    pub columns: usize,
    /// Rows, at least 1.
    pub rows: usize,
    /// Whether rows run from right to left.
    pub mirrored: bool,
}

impl Grid {
    /// Number of tiles.
    pub fn tiles(self) -> usize {
        self.columns * self.rows
    }

    /// What `key` does when tile `at` has the focus; nothing for keys that are not the grid's.
    pub fn keystroke(self, key: Key<'_>, at: usize) -> Option<Keystroke> {
        if key.foreign || self.tiles() == 0 {
            return None;
        }
        let last = self.tiles() - 1;
        let row_start = at - at % self.columns;
        let (backward, forward) = if self.mirrored { ("ArrowRight", "ArrowLeft") } else { ("ArrowLeft", "ArrowRight") };
        let target = match key.name {
            "Enter" => return Some(Keystroke::Submit),
            "ArrowUp" => at.checked_sub(self.columns).unwrap_or(at),
            "ArrowDown" if at + self.columns <= last => at + self.columns,
            "ArrowDown" => at,
            name if name == backward => at.saturating_sub(1),
            name if name == forward => (at + 1).min(last),
            "Home" if key.control => 0,
            "End" if key.control => last,
            "Home" => row_start,
            "End" => (row_start + self.columns - 1).min(last),
            _ if key.control => return None,
            _ => return self.digit(key).map(Keystroke::Toggle),
        };
        Some(Keystroke::Move(target))
    }

    /// The tile a digit names, counted from 1.
    fn digit(self, key: Key<'_>) -> Option<usize> {
        let of_place = key.place.strip_prefix("Digit").or_else(|| key.place.strip_prefix("Numpad"));
        [Some(key.name), of_place].into_iter().flatten().find_map(|digit| match digit.as_bytes() {
            [byte @ b'1'..=b'9'] => Some(usize::from(byte - b'1')).filter(|tile| *tile < self.tiles()),
            _ => None,
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GRID: Grid = Grid { columns: 3, rows: 3, mirrored: false };

    fn check(name: &str, at: usize, expected: Option<Keystroke>) {
        assert_eq!(GRID.keystroke(Key { name, ..Key::default() }, at), expected, "{name} on tile {at}");
    }

    #[test]
    fn arrows_move_and_stop_at_the_edges() {
        check("ArrowRight", 0, Some(Keystroke::Move(1)));
        check("ArrowRight", 2, Some(Keystroke::Move(3)));
        check("ArrowRight", 8, Some(Keystroke::Move(8)));
        check("ArrowLeft", 0, Some(Keystroke::Move(0)));
        check("ArrowDown", 4, Some(Keystroke::Move(7)));
        check("ArrowDown", 7, Some(Keystroke::Move(7)));
        check("ArrowUp", 4, Some(Keystroke::Move(1)));
        check("ArrowUp", 1, Some(Keystroke::Move(1)));
    }

    #[test]
    fn home_and_end_stay_in_the_row_and_with_control_leave_it() {
        check("Home", 5, Some(Keystroke::Move(3)));
        check("End", 3, Some(Keystroke::Move(5)));
        let control = |name| Key { name, control: true, ..Key::default() };
        assert_eq!(GRID.keystroke(control("Home"), 5), Some(Keystroke::Move(0)));
        assert_eq!(GRID.keystroke(control("End"), 3), Some(Keystroke::Move(8)));
    }

    #[test]
    fn arrows_follow_the_writing_direction() {
        let mirrored = Grid { mirrored: true, ..GRID };
        assert_eq!(mirrored.keystroke(Key { name: "ArrowLeft", ..Key::default() }, 0), Some(Keystroke::Move(1)));
        assert_eq!(mirrored.keystroke(Key { name: "ArrowRight", ..Key::default() }, 1), Some(Keystroke::Move(0)));
    }

    #[test]
    fn digits_toggle_by_what_they_type_or_where_they_lie() {
        check("1", 4, Some(Keystroke::Toggle(0)));
        check("9", 4, Some(Keystroke::Toggle(8)));
        check("0", 4, None);
        let french = Key { name: "é", place: "Digit2", ..Key::default() };
        assert_eq!(GRID.keystroke(french, 4), Some(Keystroke::Toggle(1)));
    }

    #[test]
    fn enter_submits_with_and_without_control() {
        check("Enter", 4, Some(Keystroke::Submit));
        let control = Key { name: "Enter", control: true, ..Key::default() };
        assert_eq!(GRID.keystroke(control, 4), Some(Keystroke::Submit));
    }

    #[test]
    fn keys_of_the_browser_and_of_the_page_are_left_alone() {
        for name in ["Tab", "Escape", " ", "a", "F5", ""] {
            check(name, 0, None);
        }
        assert_eq!(GRID.keystroke(Key { name: "ArrowLeft", foreign: true, ..Key::default() }, 4), None);
        assert_eq!(GRID.keystroke(Key { name: "1", control: true, ..Key::default() }, 4), None);
    }

    proptest! {
        #[test]
        fn no_key_leaves_the_grid(
            columns in 1_usize..5,
            rows in 1_usize..5,
            mirrored in any::<bool>(),
            at in 0_usize..25,
            control in any::<bool>(),
            name in prop_oneof![
                Just("ArrowLeft"), Just("ArrowRight"), Just("ArrowUp"), Just("ArrowDown"), Just("Home"), Just("End"),
                Just("1"), Just("5"), Just("9"), Just("Enter"), Just("x"),
            ],
        ) {
            let grid = Grid { columns, rows, mirrored };
            let at = at % grid.tiles();
            match grid.keystroke(Key { name, control, ..Key::default() }, at) {
                Some(Keystroke::Move(to) | Keystroke::Toggle(to)) => prop_assert!(to < grid.tiles()),
                Some(Keystroke::Submit) | None => {}
            }
        }
    }
}
