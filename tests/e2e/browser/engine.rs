//! What differs between the browsers before a page opens: the driver's program, how it says that it is ready, and what a
//! session asks for. Knows no page.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use thirtyfour::Capabilities;

use super::super::process::Process;
use super::super::programs;

/// A browser's make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// By chromedriver.
    Chromium,
    /// By geckodriver.
    Firefox,
}

/// What the browser is held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// 1280 by 900, a mouse.
    Desktop,
    /// 390 by 844, a finger.
    Phone,
}

/// One line of the matrix: which browser, held in what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    /// The browser's make.
    pub(crate) engine: Engine,
    /// What it is held in.
    pub(crate) form: Form,
    /// What it does without.
    pub(crate) lack: Lack,
}

impl Device {
    /// Chromium on a desk.
    pub(crate) const CHROMIUM: Self = Self { engine: Engine::Chromium, form: Form::Desktop, lack: Lack::Nothing };
    /// Firefox on a desk.
    pub(crate) const FIREFOX: Self = Self { engine: Engine::Firefox, ..Self::CHROMIUM };
}

/// What a browser does without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Nothing.
    Nothing,
    /// Scripts of pages; the test's own may run or not, so that it looks without.
    Script,
    /// WebAssembly.
    WebAssembly,
    /// Patience: the driver does not wait until pages have loaded.
    Patience,
}

impl fmt::Display for Device {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.form {
            Form::Desktop => "on a desk",
            Form::Phone => "on a phone",
        };
        write!(formatter, "{:?} {form}", self.engine)?;
        match self.lack {
            Lack::Nothing => Ok(()),
            lack => write!(formatter, " without {lack:?}"),
        }
    }
}

/// The flags that make Chromium work without a window, a network or, as root, its sandbox.
const CHROMIUM_FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en",
];

/// Firefox's own window is 450 px wide at least, a phone's page is not.
const NARROW_WINDOW: &str = ":root { min-width: 0 !important; } #navigator-toolbox { min-width: 0 !important; }";

/// Firefox starts no process for what no page here needs.
const NO_PROCESS: [&str; 6] = [
    "browser.tabs.remote.separatePrivilegedContentProcess",
    "dom.ipc.processPrelaunch.enabled",
    "layers.gpu-process.enabled",
    "media.rdd-process.enabled",
    "media.utility-process.enabled",
    "network.process.enabled",
];

/// Whether this entry of a Firefox profile is about who has it open, or had.
pub(super) fn is_of_a_session(entry: &str) -> bool {
    matches!(entry, "lock" | ".parentlock" | "MarionetteActivePort") || entry.starts_with("sessionstore")
}

/// No pointer hovers over a phone, and none is fine.
const COARSE_POINTER: u8 = 1;

impl Form {
    /// The page's width and height in CSS pixels.
    pub(crate) fn size(self) -> (u32, u32) {
        match self {
            Self::Desktop => (1280, 900),
            Self::Phone => (390, 844),
        }
    }
}

/// Finds the driver's port in a line that it says.
type Ready = fn(&str) -> Option<u16>;

impl Engine {
    /// The driver on a port of its own.
    pub(crate) fn start_driver(self) -> anyhow::Result<(Process, u16)> {
        let (program, arguments, ready): (_, &[&str], Ready) = match self {
            Self::Chromium => (programs::chromedriver()?, &["--port=0"], |line| {
                line.split_once("was started successfully on port ")?.1.trim_end_matches('.').parse().ok()
            }),
            Self::Firefox => (programs::geckodriver()?, &["--port", "0"], |line| {
                line.split_once("Listening on 127.0.0.1:")?.1.trim().parse().ok()
            }),
        };
        let mut command = Command::new(program);
        command.args(arguments);
        Process::start(command, ready)
    }

    /// What a session of it asks for, with an empty profile in this folder.
    pub(crate) fn capabilities(self, form: Form, lack: Lack, profile: &Path) -> anyhow::Result<Capabilities> {
        let mut asked = match self {
            Self::Chromium => chromium(lack, profile)?,
            Self::Firefox => firefox(form, lack, profile)?,
        };
        if let (Lack::Patience, Some(asked)) = (lack, asked.as_object_mut()) {
            asked.insert("pageLoadStrategy".to_owned(), json!("none"));
        }
        Ok(serde_json::from_value(asked)?)
    }
}

fn chromium(lack: Lack, profile: &Path) -> anyhow::Result<Value> {
    let mut flags: Vec<String> = CHROMIUM_FLAGS.map(str::to_owned).into();
    flags.push(format!("--user-data-dir={}", profile.display()));
    let mut preferences = json!({});
    match lack {
        Lack::Script => preferences = json!({ "profile.managed_default_content_settings.javascript": 2 }),
        // There is no switch for the other; it is taken away from each document.
        Lack::Nothing | Lack::WebAssembly | Lack::Patience => {}
    }
    Ok(json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": programs::chromium()?, "args": flags, "prefs": preferences },
        "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
    }))
}

fn firefox(form: Form, lack: Lack, profile: &Path) -> anyhow::Result<Value> {
    fs::create_dir_all(profile.join("chrome"))?;
    fs::write(profile.join("chrome/userChrome.css"), NARROW_WINDOW)?;
    let mut preferences = json!({
        "toolkit.legacyUserProfileCustomizations.stylesheets": true,
        "intl.accept_languages": "en",
        "intl.locale.requested": "en-US",
        // Nothing is fetched but what a page asks for.
        "services.settings.server": "data:,",
        // Tab reaches every control, as on other systems' Firefox.
        "accessibility.tabfocus": 7,
    });
    let mut set = |name: &str, value| preferences.as_object_mut().map(|all| all.insert(name.to_owned(), value));
    for process in NO_PROCESS {
        set(process, json!(false));
    }
    if form == Form::Phone {
        set("dom.w3c_touch_events.enabled", json!(1));
        for pointers in ["ui.primaryPointerCapabilities", "ui.allPointerCapabilities"] {
            set(pointers, json!(COARSE_POINTER));
        }
    }
    match lack {
        Lack::Script => set("javascript.enabled", json!(false)),
        Lack::WebAssembly => set("javascript.options.wasm", json!(false)),
        Lack::Nothing | Lack::Patience => None,
    };
    Ok(json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": programs::firefox()?,
            "args": ["-headless", "-profile", profile],
            "prefs": preferences,
        },
    }))
}
