//! The mark: a cabinet with its door ajar. Knows no words.

use yew::prelude::*;

/// The mark, as a drawing that screen readers pass over.
pub fn mark() -> Html {
    html! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <path class="mark-line" d="M13 4.5h13.5v22H13M8 29.5h2M24 29.5h2M13 26.5h-5v3M26 26.5v3" />
            <path class="mark-door" d="M13 4.5 5 2v22l8 2.5z" />
            <path class="mark-line" d="M10.5 14v3" />
        </svg>
    }
}
