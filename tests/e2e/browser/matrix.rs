//! One visit in several browsers, each failure with the name of its browser. Knows no page.

use anyhow::ensure;

use super::Browser;
use super::engine::{Device, Form, Lack};

/// Both browsers, with a mouse and with a finger.
pub(crate) const EVERYWHERE: &[Device] = &[
    Device::CHROMIUM,
    Device::FIREFOX,
    Device { form: Form::Phone, ..Device::CHROMIUM },
    Device { form: Form::Phone, ..Device::FIREFOX },
];

/// Both browsers, for what a finger cannot do or the window's size does not change.
pub(crate) const DESKTOPS: &[Device] = &[Device::CHROMIUM, Device::FIREFOX];

/// Chromium alone, for what only its own protocol tells or pretends: each use says what that is.
pub(crate) const CHROMIUM_ONLY: &[Device] = &[Device::CHROMIUM];

/// Both browsers, without scripts.
pub(crate) const WITHOUT_SCRIPT: &[Device] =
    &[Device { lack: Lack::Script, ..Device::CHROMIUM }, Device { lack: Lack::Script, ..Device::FIREFOX }];

/// Both browsers, without WebAssembly.
pub(crate) const WITHOUT_WEBASSEMBLY: &[Device] =
    &[Device { lack: Lack::WebAssembly, ..Device::CHROMIUM }, Device { lack: Lack::WebAssembly, ..Device::FIREFOX }];

/// Both browsers, with drivers that do not wait until pages have loaded.
pub(crate) const WITHOUT_PATIENCE: &[Device] =
    &[Device { lack: Lack::Patience, ..Device::CHROMIUM }, Device { lack: Lack::Patience, ..Device::FIREFOX }];

/// Has `visit` use each of these browsers, one after the other, every time from the beginning.
///
/// # Errors
/// Whatever went wrong, in every browser where something did.
pub(crate) async fn in_each(
    devices: &[Device],
    mut visit: impl AsyncFnMut(Browser) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut failures = Vec::new();
    for device in devices {
        if let Err(error) = Browser::open(*device, async |browser| visit(browser).await).await {
            failures.push(format!("{device}: {error:#}"));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}
