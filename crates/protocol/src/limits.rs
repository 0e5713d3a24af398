//! The maxima of everything that comes from outside; knows numbers only.

/// Tiles on one screen of kind `select`: 3 × 3.
pub const SELECT_TILES: usize = 9;
/// Columns of a `select` screen.
pub const SELECT_COLUMNS: u8 = 3;
/// Screens one challenge may have.
pub const SCREENS_PER_CHALLENGE: u8 = 2;
/// Fewest and most gold tiles on one screen.
pub const GOLD_PER_SCREEN: core::ops::RangeInclusive<usize> = 2..=7;

/// Milliseconds a challenge may be answered after it was issued: 20 minutes (WCAG 2.2.1 speaks against less).
pub const CHALLENGE_LIFE_MS: u64 = 20 * 60 * 1000;
/// Milliseconds a puzzle may be solved after it was issued: a device sixty times slower than a usual one is through by then,
/// and nobody can keep a stock of solved puzzles for long.
pub const PUZZLE_LIFE_MS: u64 = 10 * 60 * 1000;
/// Milliseconds a token may be redeemed after it was issued, in the contracts of reCAPTCHA and hCaptcha.
pub const TOKEN_LIFE_MS: u64 = 120 * 1000;
/// The same in Turnstile's.
pub const TURNSTILE_TOKEN_LIFE_MS: u64 = 300 * 1000;
/// Milliseconds a token may be redeemed that a visitor without script carries into the form by hand: no time limit under 20
/// minutes.
pub const HAND_TOKEN_LIFE_MS: u64 = 20 * 60 * 1000;
/// Milliseconds after the first token of a visit during which an unredeemed one may be exchanged for a fresh one: an hour
/// for a long form.
pub const RENEWABLE_MS: u64 = 60 * 60 * 1000;

/// Bytes of a JSON body from a visitor.
pub const JSON_BODY_BYTES: usize = 16 * 1024;
/// Bytes of a JSON body from a requester: a site's own words in many languages.
pub const REQUESTER_BODY_BYTES: usize = 128 * 1024;
/// Bytes of a siteverify body.
pub const SITEVERIFY_BODY_BYTES: usize = 32 * 1024;
/// Characters of a sealed challenge.
pub const SEALED_CHARS: usize = 2048;
/// Characters of one of a site's own words.
pub const TEMPLATE_CHARS: usize = 300;
/// Characters of a token.
pub const TOKEN_CHARS: usize = 2048;
/// Characters of a host name (RFC 1035).
pub const HOSTNAME_CHARS: usize = 253;
/// Characters of a campaign's name.
pub const CAMPAIGN_NAME_CHARS: usize = 64;
/// Characters of a question, a title, a requester's name or a licence.
pub const TEXT_CHARS: usize = 200;
/// Characters of an item's file name.
pub const FILE_NAME_CHARS: usize = 255;

/// Bytes of one image file at import.
pub const IMAGE_BYTES: u64 = 32 * 1024 * 1024;
/// Pixels of one image at import.
pub const IMAGE_PIXELS: u64 = 50_000_000;
/// Shorter side of an image at import, in pixels.
pub const IMAGE_SIDE_MIN: u32 = 48;
/// Longest ratio of an image's longer to its shorter side.
pub const IMAGE_ASPECT_MAX: u32 = 10;
/// Bytes of one sprite (a whole screen).
pub const SPRITE_BYTES: usize = 60 * 1024;

/// Milliseconds on one screen that a receipt counts at most: someone who left the page open did not work all the while.
pub const SCREEN_MS_COUNTED: u64 = 5 * 60 * 1000;
