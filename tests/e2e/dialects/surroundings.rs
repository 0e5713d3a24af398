//! Pages that are hard to live in: hostile style sheets, strict policies, narrow windows.

use anyhow::ensure;
use serde_json::json;

use super::super::browser::CHROMIUM_ONLY;
use super::{is, pass, ready, show, show_in, show_under};

/// What stands in the middle of the first frame, and its place.
const SEEN: &str = "(() => {
    const frame = document.querySelector('iframe');
    const { left, top, width, height } = frame.getBoundingClientRect();
    return [document.elementFromPoint(left + width / 2, top + height / 2) === frame, Math.round(width), Math.round(height)];
})()";

#[tokio::test(flavor = "multi_thread")]
async fn under_the_strictest_policy_a_page_gets_its_token_and_the_browser_reports_nothing() -> anyhow::Result<()> {
    let policy = "default-src 'none'; script-src 'nonce-once' 'strict-dynamic'; frame-src COLLECTOR; style-src 'none'; \
                  require-trusted-types-for 'script'; trusted-types 'none'";
    let body = "<script nonce=\"once\">
           reports = [];
           addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => reports.push(violatedDirective + blockedURI));
           passed = (token) => { window.token = token; };
         </script>
         <form><div class=\"h-captcha\" data-sitekey=\"SITEKEY\" data-callback=\"passed\"></div>
           <corvee-captcha sitekey=\"SITEKEY\" required></corvee-captcha></form>
         <script nonce=\"once\" src=\"COLLECTOR/1/secure-api.js\" async defer></script>";
    show_under(policy, body, async |browser, collector| {
        browser.until("document.querySelector('.h-captcha iframe')").await?;
        is(browser, "document.querySelector('iframe').closest('.h-captcha') !== null", json!(true)).await?;
        is(browser, SEEN, json!([true, 304, 78])).await?;
        pass(browser, collector).await?;
        browser.until("window.token").await?;
        // The page's icon is the test's own.
        is(browser, "reports.filter((report) => !report.startsWith('img-src'))", json!([])).await?;
        is(browser, "[document.cookie, localStorage.length, sessionStorage.length]", json!(["", 0, 0])).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_styles_hide_every_frame_does_not_hide_the_widget() -> anyhow::Result<()> {
    let body = "<style>
           iframe, iframe[style], div, form > * > * {
             display: none !important; width: 1px !important; height: 1px !important; opacity: 0 !important; transform: scale(.1) !important;
             position: fixed !important; pointer-events: none !important; transition: all 9s !important; clip-path: inset(50%) !important;
           }
           form, form > div.g-recaptcha { all: revert !important; }
           textarea { display: block !important; }
         </style>
         <form><div class=\"g-recaptcha\" data-sitekey=\"SITEKEY\"></div></form>
         <script src=\"COLLECTOR/recaptcha/api.js\" async defer></script>";
    show(body, async |browser, collector| {
        browser.until("document.querySelector('iframe')").await?;
        ready(browser, collector).await?;
        is(browser, SEEN, json!([true, 304, 78])).await?;
        is(browser, "document.querySelector('textarea').getClientRects().length", json!(0)).await?;
        pass(browser, collector).await?;
        browser.until("grecaptcha.getResponse()").await?;
        is(browser, SEEN, json!([true, 304, 78])).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_window_of_320_pixels_nothing_is_wider_than_the_page() -> anyhow::Result<()> {
    // As wide as a phone, or as a desktop window at 400 % zoom.
    let body = "<div style=\"height: 900px\"></div>
         <dialog id=\"modal\"><div class=\"g-recaptcha\" data-sitekey=\"SITEKEY\"></div></dialog>
         <div style=\"height: 900px\"></div>
         <script src=\"COLLECTOR/recaptcha/api.js\" async defer></script>";
    // Firefox makes no window as narrow as that.
    show_in(CHROMIUM_ONLY, "", body, async |browser, collector| {
        browser.resize(320, 720).await?;
        browser.until("document.querySelector('iframe')").await?;
        browser.run("modal.showModal()").await?;
        ready(browser, collector).await?;
        let widths: (f64, f64) = browser.read("[document.documentElement.scrollWidth, document.querySelector('iframe').clientWidth]").await?;
        ensure!(widths.0 <= 320.0 && widths.1 <= 304.0, "the page is {} px wide, the frame {} px", widths.0, widths.1);
        let at: i64 = browser.read("Math.round(scrollY)").await?;
        browser.run("grecaptcha.execute()").await?;
        browser.until("document.querySelector('iframe').matches(':popover-open')").await?;
        browser
            .until("((box) => box.left === 0 && box.width === 320 && Math.round(box.bottom) === innerHeight)(document.querySelector('iframe').getBoundingClientRect())")
            .await?;
        is(browser, "Math.round(scrollY)", json!(at)).await?;
        super::pass_begun(browser, collector).await?;
        browser.until("grecaptcha.getResponse()").await?;
        is(browser, "modal.open", json!(true)).await
    })
    .await
}
