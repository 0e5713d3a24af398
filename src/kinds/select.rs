//! `select`: a grid of tiles, each a toggle button over its part of one image. Knows positions, never contents.

use corvee_protocol::kinds::select::{SelectAnswer, SelectAsk};
use yew::prelude::*;

use crate::grid::{Grid, Keystroke};
use crate::hooks::use_roving_focus::use_roving_focus;
use crate::message::{Message, Voice};

/// Which tiles are picked, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picks(Vec<bool>);

impl Picks {
    /// None picked yet.
    pub fn none(ask: &SelectAsk) -> Self {
        Self(vec![false; usize::from(ask.columns) * usize::from(ask.rows)])
    }

    /// The same with this tile picked, or no longer; tiles beyond the grid change nothing.
    #[must_use]
    pub fn toggled(&self, tile: usize) -> Self {
        let mut picks = self.0.clone();
        if let Some(picked) = picks.get_mut(tile) {
            *picked = !*picked;
        }
        Self(picks)
    }

    /// How many are picked.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|picked| u32::from(*picked)).sum()
    }

    /// The answer on the wire.
    pub fn answer(&self) -> SelectAnswer {
        SelectAnswer { picked: (0..).zip(&self.0).filter(|(_, picked)| **picked).map(|(tile, _)| tile).collect() }
    }
}

/// Properties of [`SelectGrid`].
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct SelectGridProps {
    /// The visitor's language.
    pub voice: Voice,
    /// The question and the shape of the grid.
    pub ask: SelectAsk,
    /// Address of the image that holds all tiles.
    pub sprite: AttrValue,
    /// Which tiles are picked.
    pub picks: Picks,
    /// Whether the visitor may pick now.
    pub open: bool,
    /// The visitor picked a tile, or no longer picks it.
    pub on_toggle: Callback<usize>,
    /// The visitor hands the screen in by Enter.
    pub on_submit: Callback<()>,
    /// The image is on screen.
    pub on_shown: Callback<()>,
    /// The image did not load.
    pub on_broken: Callback<()>,
}

/// The grid: one tab stop, arrows move, Space picks, digits pick, Enter hands in. Properties: see [`SelectGridProps`].
///
/// Every tile holds the whole image and shows its own ninth of it, so that real gaps lie between tiles and no edge is
/// covered. The browser fetches the image once.
#[component]
pub fn SelectGrid(props: &SelectGridProps) -> Html {
    let voice = &props.voice;
    let grid = Grid {
        columns: usize::from(props.ask.columns),
        rows: usize::from(props.ask.rows),
        mirrored: voice.is_right_to_left(),
    };
    let toggle = if props.open { props.on_toggle.clone() } else { Callback::noop() };
    let roving = {
        let (toggle, on_submit) = (toggle.clone(), props.on_submit.clone());
        use_roving_focus(grid, move |keystroke| match keystroke {
            Keystroke::Toggle(tile) => toggle.emit(tile),
            Keystroke::Submit => on_submit.emit(()),
            Keystroke::Move(_) => {}
        })
    };
    let tile = |row: usize, column: usize| {
        let at = row * grid.columns + column;
        let picked = props.picks.0.get(at).copied().unwrap_or_default();
        let toggle = toggle.clone();
        let (onload, onerror) = if at == 0 {
            (Some(props.on_shown.reform(|_: Event| ())), Some(props.on_broken.reform(|_: Event| ())))
        } else {
            (None, None)
        };
        html! {
            <span role="gridcell" key={at}>
                <button
                    type="button"
                    class="tile"
                    ref={roving.node(at)}
                    tabindex={roving.tabindex(at)}
                    aria-pressed={if picked { "true" } else { "false" }}
                    aria-disabled={(!props.open).then_some("true")}
                    aria-label={voice.say(&Message::TileName { number: count(at + 1), of: count(grid.tiles()) })}
                    onfocus={roving.on_focus(at)}
                    onclick={move |_| toggle.emit(at)}
                >
                    <img class={classes!("part", part("row", row), part("column", column))} src={&props.sprite} alt="" draggable="false" {onload} {onerror} />
                    <span class="picked-mark" aria-hidden="true"></span>
                </button>
            </span>
        }
    };
    html! {
        <div
            class="grid"
            role="grid"
            aria-labelledby="corvee-question"
            aria-describedby="corvee-rule"
            aria-busy={(!props.open).then_some("true")}
            onkeydown={roving.on_key()}
        >
            { for (0..grid.rows).map(|row| html! {
                <div role="row" class="row" key={row}>{ for (0..grid.columns).map(|column| tile(row, column)) }</div>
            }) }
        </div>
    }
}

/// The class that moves the image so that its `at`-th row or column shows: the frame's policy permits no style attributes.
fn part(axis: &'static str, at: usize) -> String {
    [axis, "-", &at.to_string()].concat()
}

fn count(tiles: usize) -> u32 {
    u32::try_from(tiles).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> SelectAsk {
        SelectAsk { question: "Which photos show shoes?".to_owned(), language: "en".to_owned(), columns: 3, rows: 3 }
    }

    #[test]
    fn picking_twice_is_not_picking() {
        let picks = Picks::none(&ask()).toggled(4).toggled(0);
        assert_eq!(picks.answer(), SelectAnswer { picked: vec![0, 4] });
        assert_eq!(picks.toggled(4).answer(), SelectAnswer { picked: vec![0] });
        assert_eq!(picks.count(), 2);
    }

    #[test]
    fn a_tile_beyond_the_grid_changes_nothing() {
        let picks = Picks::none(&ask());
        assert_eq!(picks.toggled(9), picks);
        assert!(picks.answer().flags().is_ok());
    }
}
