//! Everything that is named: keys, tokens, codes, hosts, languages. A name that is taken is written as it was, or as its
//! canonical form, which is taken again.
#![no_main]

use corvee_protocol::{Action, CampaignName, CustomData, Hostname, Language, ReceiptCode, Sealed, SiteKey, Token};
use libfuzzer_sys::fuzz_target;

macro_rules! stays {
    ($text:expr, $($kind:ty),+) => {$(
        if let Ok(name) = <$kind>::try_from($text.to_owned()) {
            let written = serde_json::to_value(&name).expect("a name can be written");
            let again: $kind = serde_json::from_value(written.clone()).expect("what was written can be read");
            assert_eq!(serde_json::to_value(&again).expect("as before"), written, stringify!($kind));
        }
    )+};
}

fuzz_target!(|text: &str| {
    stays!(text, Action, CampaignName, CustomData, Hostname, Language, Sealed, SiteKey, Token);
    if let Ok(code) = ReceiptCode::from_typed(text) {
        assert_eq!(ReceiptCode::from_typed(&code.to_string()).as_ref(), Ok(&code));
    }
});
