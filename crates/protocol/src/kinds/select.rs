//! `select`: a grid of tiles, "which of these show …". Knows what is asked and answered, not which tiles are gold.

use serde::{Deserialize, Serialize};

use crate::limits;

/// What a `select` screen asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectAsk {
    /// The question in the visitor's language, such as "Which photos show shoes?".
    pub question: String,
    /// The language the question is written in, for the `lang` attribute.
    pub language: String,
    /// Tiles in a row; the sprite has as many columns.
    pub columns: u8,
    /// Rows of tiles.
    pub rows: u8,
}

/// The visitor's answer to a `select` screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectAnswer {
    /// Indices of the picked tiles, 0 to 8, row by row; an empty list says "none of them".
    pub picked: Vec<u8>,
}

/// Why an answer does not fit its screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectAnswerError {
    /// An index points beyond the grid.
    #[error("picked holds {0}, but the tiles are numbered 0 to 8")]
    Beyond(u8),
    /// An index occurs twice.
    #[error("picked holds {0} twice")]
    Twice(u8),
}

impl SelectAnswer {
    /// One flag a tile, row by row.
    ///
    /// # Errors
    /// [`SelectAnswerError`] when an index is beyond the grid or occurs twice.
    pub fn flags(&self) -> Result<[bool; limits::SELECT_TILES], SelectAnswerError> {
        let mut flags = [false; limits::SELECT_TILES];
        for index in &self.picked {
            let flag = flags.get_mut(usize::from(*index)).ok_or(SelectAnswerError::Beyond(*index))?;
            if *flag {
                return Err(SelectAnswerError::Twice(*index));
            }
            *flag = true;
        }
        Ok(flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_becomes_one_flag_a_tile() {
        let flags = SelectAnswer { picked: vec![8, 0] }.flags().unwrap();
        assert_eq!(flags, [true, false, false, false, false, false, false, false, true]);
        assert_eq!(SelectAnswer { picked: vec![] }.flags().unwrap(), [false; 9]);
    }

    #[test]
    fn an_index_beyond_the_grid_or_twice_is_refused() {
        assert_eq!(SelectAnswer { picked: vec![9] }.flags(), Err(SelectAnswerError::Beyond(9)));
        assert_eq!(SelectAnswer { picked: vec![3, 3] }.flags(), Err(SelectAnswerError::Twice(3)));
    }
}
