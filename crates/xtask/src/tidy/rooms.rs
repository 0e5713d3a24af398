//! Which crate may be mentioned in which rooms of a package. Knows no arrow between packages.

use super::sources::Source;
use super::{Violation, rust};

/// Files by the beginning of their path below `area`: `http` means `http.rs`, `http/…` and nothing else; `cli*` also
/// `cli_options.rs`.
struct Rule {
    area: &'static str,
    names: &'static [&'static str],
    rooms: Rooms,
    remedy: &'static str,
}

enum Rooms {
    /// The crates may be mentioned here alone.
    Only(&'static [&'static str]),
    /// The crates may be mentioned anywhere but here.
    Never(&'static [&'static str]),
}

const RULES: &[Rule] = &[
    Rule {
        area: "crates/collector/src/",
        names: &["sqlx"],
        rooms: Rooms::Only(&["store"]),
        remedy: "add a method to a store trait and call that",
    },
    Rule {
        area: "crates/collector/src/",
        names: &["axum"],
        rooms: Rooms::Only(&["http", "console", "requester", "server"]),
        remedy: "return a value of the domain and let a handler turn it into a reply",
    },
    Rule {
        area: "crates/collector/src/",
        names: &["image"],
        rooms: Rooms::Only(&["images"]),
        remedy: "let images/ decode, draw or encode it",
    },
    Rule {
        area: "crates/collector/src/",
        names: &["object_store"],
        rooms: Rooms::Only(&["images"]),
        remedy: "let a shelf of images/ speak to the store",
    },
    Rule {
        area: "crates/collector/src/",
        names: &["corvee_simulate"],
        rooms: Rooms::Only(&["cli*"]),
        remedy: "only the command line may start a crowd",
    },
    Rule {
        area: "crates/collector/src/",
        names: &["corvee_aggregate"],
        rooms: Rooms::Only(&["cli*"]),
        remedy: "a running collector cross-validates answer by answer; only the command line reads files of answers",
    },
    Rule {
        area: "src/",
        names: &["web_sys"],
        rooms: Rooms::Only(&["frame*", "effects*", "hooks", "collector_client*", "machines_turn*"]),
        remedy: "let a hook or an effect speak to the browser",
    },
    Rule {
        area: "src/",
        names: &["yew", "web_sys", "js_sys", "gloo", "wasm_bindgen", "wasm_bindgen_futures"],
        rooms: Rooms::Never(&["session*", "geometry*"]),
        remedy: "this is pure: take values, return values and effects",
    },
];

/// Mentions of a crate in a room where it may not be.
pub(crate) fn violations(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for rule in RULES {
        let Some(inside) = source.path.strip_prefix(rule.area) else {
            continue;
        };
        let allowed = match &rule.rooms {
            Rooms::Only(rooms) => rooms.iter().any(|room| is_in(inside, room)),
            Rooms::Never(rooms) => !rooms.iter().any(|room| is_in(inside, room)),
        };
        if allowed {
            continue;
        }
        for name in rule.names {
            for line in rust::mentions(&source.tokens, name) {
                let (path, remedy) = (source.path.clone(), rule.remedy.to_owned());
                violations.push(Violation { path, line, what: format!("`{name}` may not be used here"), remedy });
            }
        }
    }
    violations
}

fn is_in(inside: &str, room: &str) -> bool {
    match room.strip_suffix('*') {
        Some(beginning) => inside.starts_with(beginning),
        None => inside.strip_prefix(room).is_some_and(|rest| rest == ".rs" || rest.starts_with('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, lines: &[usize]) {
        let found = violations(&Source::new(path, text.to_owned()));
        assert_eq!(found.iter().map(|violation| violation.line).collect::<Vec<_>>(), lines, "{path}: {text}");
    }

    #[test]
    fn sql_stays_in_the_store_and_http_in_its_rooms() {
        check("crates/collector/src/campaign/ledger.rs", "//! x\nuse sqlx::Row;", &[2]);
        check("crates/collector/src/store/sql.rs", "use sqlx::Row;", &[]);
        check("crates/collector/src/store.rs", "use sqlx::Row;", &[]);
        check("crates/collector/src/stores.rs", "use sqlx::Row;", &[1]);
        check("crates/collector/src/campaign.rs", "fn f() -> axum::Json<()> {}", &[1]);
        for room in ["http/answers.rs", "http.rs", "console/pages.rs", "requester.rs", "server.rs"] {
            check(&format!("crates/collector/src/{room}"), "use axum::Json;", &[]);
        }
    }

    #[test]
    fn pictures_are_decoded_in_one_room_and_crowds_started_by_the_command_line() {
        check("crates/collector/src/import/folder.rs", "let image = 1;\nimage::open(path)", &[2]);
        check("crates/collector/src/images/sprite.rs", "image::open(path)", &[]);
        check("crates/collector/src/cli/demo.rs", "use corvee_simulate::Crowd;", &[]);
        check("crates/collector/src/server.rs", "use corvee_simulate::Crowd;", &[1]);
        check("crates/simulate/src/lib.rs", "use image::Rgb;", &[]);
    }

    #[test]
    fn the_browser_stays_in_its_rooms_and_out_of_the_state_machine() {
        check("src/views/prompt.rs", "use web_sys::Element;", &[1]);
        check("src/views/prompt.rs", "use yew::prelude::*;", &[]);
        check("src/hooks/use_deadline.rs", "use web_sys::Element;", &[]);
        check("src/collector_client.rs", "use web_sys::Request;", &[]);
        check("src/session.rs", "use yew::Callback;\nuse js_sys::Date;", &[1, 2]);
        check("src/session/event.rs", "wasm_bindgen::JsValue", &[1]);
        check("src/geometry.rs", "// web_sys is not used here", &[]);
    }
}
