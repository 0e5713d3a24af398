//! Widgets that nobody sees until the page asks: bound to a button, or begun by a call, or by a site key alone.

use anyhow::ensure;
use serde_json::json;

use super::{is, pass_begun, ready, show};

/// Whether the first frame stands in the middle of the window, and is what a click there would meet.
const CENTRED: &str = "(() => {
    const frame = document.querySelector('iframe');
    const { left, right, top, bottom, width, height } = frame.getBoundingClientRect();
    const middle = Math.abs(left + right - document.documentElement.clientWidth) < 2 && Math.abs(top + bottom - innerHeight) < 2;
    return width > 250 && height > 150 && middle && document.elementFromPoint(left + width / 2, top + height / 2) === frame;
})()";
/// Whether nothing of the first frame is seen.
const UNSEEN: &str = "getComputedStyle(document.querySelector('iframe')).visibility === 'hidden'";

#[tokio::test(flavor = "multi_thread")]
async fn a_button_for_recaptcha_asks_when_it_is_pressed_and_leaves_submitting_to_the_page() -> anyhow::Result<()> {
    let body = "<script>tokens = []; submits = 0; passed = (token) => tokens.push(token);</script>
         <form id=\"form\" onsubmit=\"submits += 1; return false;\">
           <button class=\"g-recaptcha\" id=\"send\" data-sitekey=\"SITEKEY\" data-callback=\"passed\" data-action=\"send\">Send</button>
         </form>
         <script src=\"COLLECTOR/recaptcha/api.js\" async defer></script>";
    show(body, async |browser, collector| {
        browser.until("document.querySelector('iframe')").await?;
        ready(browser, collector).await?;
        let height: f64 = browser.read("form.getBoundingClientRect().height").await?;
        ensure!(
            browser.read::<bool>(UNSEEN).await? && height < 40.0,
            "the badge is shown; the form is {height} px high"
        );
        is(browser, "document.querySelector('button iframe')", json!(null)).await?;
        is(browser, "/size=invisible.*action=send/.test(document.querySelector('iframe').src)", json!(true)).await?;
        browser.click("#send").await?;
        browser.until(CENTRED).await?;
        super::super::screenshots::keep(browser, "invisible-open").await?;
        pass_begun(browser, collector).await?;
        browser.until("tokens.length").await?;
        browser.until(UNSEEN).await?;
        is(
            browser,
            "[submits, tokens.length, new FormData(form).get('g-recaptcha-response') === tokens[0]]",
            json!([0, 1, true]),
        )
        .await?;
        // What was handed over is spent; the next press gets a token of its own.
        browser.click("#send").await?;
        browser.until(CENTRED).await?;
        is(browser, "grecaptcha.getResponse()", json!("")).await?;
        browser.run("send.remove()").await?;
        is(browser, "(grecaptcha.getResponse(), document.querySelectorAll('iframe').length)", json!(0)).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_ours_submits_its_form_with_the_token() -> anyhow::Result<()> {
    let body = "<form action=\"/sent\"><input id=\"name\" name=\"name\" required>
           <button class=\"corvee\" id=\"send\" name=\"way\" value=\"button\" data-sitekey=\"SITEKEY\">Send</button></form>
         <script>
           document.forms[0].addEventListener('submit', (event) => {
             event.preventDefault();
             sent = new FormData(event.target, event.submitter);
           });
         </script>
         <script src=\"COLLECTOR/api.js\" async defer></script>";
    show(body, async |browser, collector| {
        browser.until("document.querySelector('iframe')").await?;
        ready(browser, collector).await?;
        // What the form itself refuses is not worth a visitor's work.
        browser.click("#send").await?;
        is(browser, &format!("[document.activeElement.id, {UNSEEN}]"), json!(["name", true])).await?;
        browser.find("#name").await?.send_keys("Ada").await?;
        browser.click("#send").await?;
        browser.until(CENTRED).await?;
        pass_begun(browser, collector).await?;
        browser.until("window.sent").await?;
        is(
            browser,
            "[sent.get('name'), sent.get('way'), sent.get('corvee-response').length]",
            json!(["Ada", "button", 43]),
        )
        .await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_key_and_an_action_are_enough_for_a_promise_above_an_open_dialog() -> anyhow::Result<()> {
    let body = "<script>
           // The stub that pages set up while they wait for the script.
           grecaptcha = { ready: (callback) => { (window.___grecaptcha_cfg ||= { fns: [] }).fns.push(callback); } };
           grecaptcha.ready(() => { loaded = true; });
         </script>
         <dialog id=\"modal\"><button>In a dialog</button></dialog>
         <script src=\"COLLECTOR/recaptcha/enterprise.js?render=SITEKEY\"></script>";
    show(body, async |browser, collector| {
        browser.until("window.loaded").await?;
        browser.run("modal.showModal(); grecaptcha.enterprise.execute('SITEKEY', { action: 'log_in' }).then((token) => { window.reply = token; })".replace(
            "SITEKEY",
            &collector.site_keys()?.sitekey,
        ).as_str())
        .await?;
        is(browser, "/action=log_in/.test(document.querySelector('#modal iframe').src)", json!(true)).await?;
        browser.until(CENTRED).await?;
        pass_begun(browser, collector).await?;
        is(browser, "String(window.reply).length", json!(43)).await?;
        is(browser, "document.activeElement.textContent", json!("In a dialog")).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_alone_make_an_unseen_widget_and_dialogs_come_one_after_the_other() -> anyhow::Result<()> {
    let body = "<script src=\"COLLECTOR/recaptcha/api.js?render=explicit\"></script>";
    show(body, async |browser, collector| {
        browser.until("window.grecaptcha").await?;
        let sitekey = collector.site_keys()?.sitekey;
        browser
            .run(&format!(
                "window.tokens = [];
                 grecaptcha.execute(grecaptcha.render({{ sitekey: '{sitekey}' }})).then((token) => tokens.push(token));"
            ))
            .await?;
        browser.until(CENTRED).await?;
        pass_begun(browser, collector).await?;
        browser.until("tokens.length === 1").await?;

        browser
            .run(&format!(
                "for (const action of ['a', 'b']) grecaptcha.execute('{sitekey}', {{ action }}).then((token) => tokens.push(token));"
            ))
            .await?;
        let open = "[...document.querySelectorAll('iframe')].filter((frame) => frame.matches(':popover-open')).length";
        browser.until(&format!("{open} === 1")).await?;
        is(browser, "document.querySelectorAll('iframe').length", json!(3)).await?;
        is(browser, open, json!(1)).await
    })
    .await
}
