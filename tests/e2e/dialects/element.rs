//! `<corvee-captcha>`: what a form makes of it, and what it tells.

use serde_json::json;

use super::{becomes, is, pass, ready, says, show};

#[tokio::test(flavor = "multi_thread")]
async fn the_element_is_a_form_field_that_is_missing_until_passed_and_empty_after_a_reset() -> anyhow::Result<()> {
    let body = "<script>
           heard = [];
           for (const kind of ['token', 'expired', 'error', 'open', 'close']) {
             document.addEventListener(kind, ({ detail }) => heard.push([kind, detail && (detail.token || detail.code) || '']));
           }
         </script>
         <form id=\"form\">
           <corvee-captcha id=\"box\" sitekey=\"SITEKEY\" theme=\"light\" size=\"compact\" required></corvee-captcha>
           <fieldset id=\"set\"><corvee-captcha id=\"other\" name=\"mine\" sitekey=\"SITEKEY\"></corvee-captcha></fieldset>
         </form>
         <script src=\"COLLECTOR/api.js\" async></script><script src=\"COLLECTOR/recaptcha/api.js\" async></script>";
    show(body, async |browser, collector| {
        browser.until("window.corvee && document.querySelector('iframe')").await?;
        is(
            browser,
            "[document.querySelectorAll('iframe').length, form.querySelectorAll('textarea').length, form.elements.length,
              form.checkValidity(), box.matches(':invalid'), other.matches(':valid'), box.name, other.name]",
            json!([2, 0, 3, false, true, true, "corvee-response", "mine"]),
        )
        .await?;
        browser.run("document.getElementById('set').disabled = true").await?;
        is(browser, "other.firstElementChild.inert", json!(true)).await?;
        ready(browser, collector).await?;

        // Another theme is no other widget.
        browser.enter_frame().await?;
        browser.run("window.kept = true; addEventListener('message', ({ data }) => { window.last = data; })").await?;
        browser.leave_frame().await?;
        browser.run("box.style.setProperty('--corvee-paper', 'rgb(1, 2, 3)'); box.setAttribute('theme', 'dark')").await?;
        browser.enter_frame().await?;
        browser.until("document.documentElement.dataset.theme === 'dark'").await?;
        is(
            browser,
            "[kept, last]",
            json!([true, { "corvee": 1, "kind": "theme", "theme": "dark", "properties": { "--corvee-paper": "rgb(1, 2, 3)" } }]),
        )
        .await?;

        pass(browser, collector).await?;
        browser.until("box.value").await?;
        is(
            browser,
            "[form.checkValidity(), box.value.length, new FormData(form).get('corvee-response') === box.value, new FormData(form).get('g-recaptcha-response') === box.value, corvee.getResponse() === box.value,
              new FormData(form).get('mine'), heard.map(([kind]) => kind), heard[2][1] === box.value]",
            json!([true, 43, true, true, true, null, ["open", "close", "token"], true]),
        )
        .await?;
        browser.run("form.reset()").await?;
        becomes(browser, "[box.value, form.checkValidity(), new FormData(form).get('corvee-response')]", json!(["", false, null])).await?;

        browser.run("window.heard = []").await?;
        says(browser, "kind: 'token', token: 'fresh'").await?;
        says(browser, "kind: 'expired'").await?;
        says(browser, "kind: 'error', code: 'offline'").await?;
        becomes(browser, "heard", json!([["token", "fresh"], ["expired", ""], ["error", "offline"]])).await?;
        is(browser, "box.value", json!("")).await?;

        // A field of another name, another key: another widget, and one only; what the old one held is said to be gone.
        says(browser, "kind: 'token', token: 'held'").await?;
        becomes(browser, "box.value", json!("held")).await?;
        browser.run("window.frame = box.querySelector('iframe'); box.setAttribute('action', 'a'); box.setAttribute('cdata', 'b')").await?;
        becomes(
            browser,
            "[box.querySelectorAll('iframe').length, box.querySelector('iframe') !== frame, box.querySelector('iframe').src.includes('cdata=b')]",
            json!([1, true, true]),
        )
        .await?;
        becomes(browser, "[box.value, heard.at(-1)]", json!(["", ["expired", "held"]])).await?;
        browser.run("window.gone = box; box.remove()").await?;
        is(browser, "[gone.childElementCount, form.checkValidity()]", json!([0, true])).await?;
        browser.run("form.append(gone)").await?;
        is(browser, "[box.querySelectorAll('iframe').length, form.checkValidity()]", json!([1, false])).await
    })
    .await
}
