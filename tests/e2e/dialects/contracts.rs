//! Names, identifiers, fields, arguments and codes of the three contracts.

use anyhow::ensure;
use serde_json::{Value, json};

use super::super::browser::Browser;
use super::{becomes, is, pass, ready, says, show};

/// Notes every call of a callback by its name and its arguments.
const NOTE: &str = "<script>
    heard = [];
    note = (name) => (...values) => { heard.push([name, ...values]); };
    for (const name of ['passed', 'expired', 'troubled', 'opened', 'left', 'outdated']) window[name] = note(name);
    sent = (at, name) => new URL(document.querySelectorAll('iframe')[at].src).searchParams.get(name);
</script>";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_recaptcha_works_by_its_class_its_numbers_and_its_fields() -> anyhow::Result<()> {
    let body = format!(
        "{NOTE}<script src=\"COLLECTOR/recaptcha/api.js?onload=opened&hl=de\" async defer></script>
         <form>
           <div class=\"g-recaptcha\" data-sitekey=\"SITEKEY\" data-callback=\"passed\" data-expired-callback=\"expired\"></div>
           <div class=\"g-recaptcha\" id=\"second\" data-sitekey=\"SITEKEY\" data-size=\"compact\" data-theme=\"dark\"></div>
         </form>
         <div id=\"third\" data-sitekey=\"SITEKEY\" data-hl=\"fr\"></div>"
    );
    show(&body, async |browser, collector| {
        browser.until("heard.length").await?;
        is(browser, "heard", json!([["opened"]])).await?;
        is(browser, "grecaptcha.render('third', { callback: passed }, true)", json!(2)).await?;
        is(
            browser,
            "['dialect', 'hl', 'theme', 'size', 'renewal'].map((name) => [0, 1, 2].map((at) => sent(at, name)))",
            json!([
                ["recaptcha", "recaptcha", "recaptcha"],
                ["de", "de", "fr"],
                ["light", "dark", "light"],
                ["normal", "compact", "normal"],
                ["manual", "auto", "manual"],
            ]),
        )
        .await?;
        is(
            browser,
            "[...document.querySelectorAll('[name=g-recaptcha-response]')].map((field) => [field.tagName, field.id])",
            json!([
                ["TEXTAREA", "g-recaptcha-response"],
                ["TEXTAREA", "g-recaptcha-response-1"],
                ["TEXTAREA", "g-recaptcha-response-2"],
            ]),
        )
        .await?;
        let again = "(() => { try { grecaptcha.render('second', { sitekey: 'SITEKEY' }); } catch (error) { return error.message; } })()";
        let words: String = browser.read(again).await?;
        ensure!(words.contains("already been rendered"), "a second widget in one element: {words:?}");
        is(browser, "typeof grecaptcha.ready + grecaptcha.getResponse() + grecaptcha.getResponse(1)", json!("function")).await?;

        pass(browser, collector).await?;
        becomes(browser, "heard.length", json!(2)).await?;
        is(browser, "heard[1].length", json!(2)).await?;
        is(
            browser,
            "[grecaptcha.getResponse(), grecaptcha.getResponse(0), new FormData(document.forms[0]).getAll('g-recaptcha-response')[0]]
                .every((token) => token === heard[1][1] && token.length === 43)",
            json!(true),
        )
        .await?;
        is(browser, "grecaptcha.getResponse(1)", json!("")).await?;
        says(browser, "kind: 'expired'").await?;
        becomes(browser, "heard[2]", json!(["expired"])).await?;
        is(browser, "grecaptcha.getResponse(0)", json!("")).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_hcaptcha_gets_response_and_key_and_learns_why_there_is_none() -> anyhow::Result<()> {
    let body = format!(
        "{NOTE}<form id=\"form\"><div id=\"place\"></div></form>
         <script src=\"COLLECTOR/1/api.js?onload=loaded&render=explicit\" async defer></script>
         <script>
           loaded = () => {{
             id = hcaptcha.render('place', {{
               sitekey: 'SITEKEY', onVerify: null, theme: undefined, callback: passed, 'open-callback': opened,
               'close-callback': left, 'chalexpired-callback': outdated, 'error-callback': troubled,
             }});
             wait = () => hcaptcha.execute(id, {{ async: true }}).then(note('resolved'), note('rejected'));
           }};
         </script>"
    );
    show(&body, async |browser, collector| {
        browser.until("window.id").await?;
        ready(browser, collector).await?;
        is(browser, "[typeof id, hcaptcha.render('place', { sitekey: 'SITEKEY' }) === id]", json!(["string", true])).await?;
        is(browser, "[sent(0, 'dialect'), sent(0, 'theme'), typeof grecaptcha.render]", json!(["hcaptcha", "light", "function"]))
            .await?;
        is(
            browser,
            "[...document.querySelectorAll('#form textarea')].map((field) => [field.name, field.id === `${field.name}-${id}`])",
            json!([["h-captcha-response", true], ["g-recaptcha-response", true]]),
        )
        .await?;
        browser.run("hcaptcha.execute('nobody', { async: true }).catch(note('rejected'))").await?;
        becomes(browser, "heard.splice(0)", json!([["rejected", "invalid-captcha-id"]])).await?;
        is(browser, "String(hcaptcha.setData(id, { rqdata: '' }))", json!("undefined")).await?;

        for (message, expected) in [
            ("kind: 'dismissed'", json!([["left"], ["rejected", "challenge-closed"]])),
            ("kind: 'outdated'", json!([["outdated"], ["rejected", "challenge-expired"]])),
            ("kind: 'error', code: 'too-many'", json!([["troubled", "rate-limited"], ["rejected", "rate-limited"]])),
            ("kind: 'error', code: 'offline'", json!([["troubled", "network-error"], ["rejected", "network-error"]])),
            ("kind: 'error', code: 'broken-image'", json!([["troubled", "challenge-error"], ["rejected", "challenge-error"]])),
        ] {
            browser.run("window.heard = []; wait()").await?;
            says(browser, message).await?;
            becomes(browser, "heard.filter(([name]) => name !== 'opened')", expected).await?;
        }

        browser.run("hcaptcha.reset(id); window.heard = []; wait()").await?;
        super::pass_begun(browser, collector).await?;
        browser.until("heard.some(([name]) => name === 'resolved')").await?;
        is(browser, "heard.map(([name]) => name)", json!(["opened", "passed", "resolved"])).await?;
        is(
            browser,
            "(([, [, token, key], [, reply]]) => token.length === 43 && key.length > 9 && token === reply.response && key === reply.key
                && token === hcaptcha.getResponse(id) && key === hcaptcha.getRespKey(id)
                && new FormData(form).getAll('g-recaptcha-response')[0] === token)(heard)",
            json!(true),
        )
        .await?;
        is(browser, "(hcaptcha.remove(id), form.innerHTML)", json!("<div id=\"place\"></div>")).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_turnstile_works_by_selector_and_keeps_a_token_that_died() -> anyhow::Result<()> {
    let body = format!(
        "{NOTE}<form id=\"form\"><div class=\"cf-turnstile\" data-sitekey=\"SITEKEY\" data-action=\"log-in\" data-cdata=\"from-page\"
           data-callback=\"passed\" data-expired-callback=\"expired\" data-timeout-callback=\"outdated\" data-error-callback=\"troubled\"
           data-before-interactive-callback=\"opened\" data-after-interactive-callback=\"left\"></div></form>
         <div id=\"late\"></div>
         <script src=\"COLLECTOR/turnstile/v0/api.js\" async defer></script>"
    );
    show(&body, async |browser, collector| {
        browser.until("document.querySelector('iframe')").await?;
        ready(browser, collector).await?;
        is(
            browser,
            "['dialect', 'theme', 'action', 'cdata', 'renewal', 'hl'].map((name) => sent(0, name))",
            json!(["turnstile", "auto", "log-in", "from-page", "auto", "en"]),
        )
        .await?;
        browser
            .run("window.late = turnstile.render('#late', { sitekey: 'SITEKEY', cData: 'x', 'response-field-name': 'mine', language: 'fr', size: 'flexible' })")
            .await?;
        is(
            browser,
            "[typeof window.late, typeof turnstile.render('#late', { sitekey: 'SITEKEY' }), document.querySelectorAll('#late [name=mine]').length,
              sent(1, 'cdata'), sent(1, 'hl'), document.querySelector('#late iframe').clientWidth > 400]",
            json!(["string", "undefined", 1, "x", "fr", true]),
        )
        .await?;
        is(browser, "typeof turnstile.getResponse()", json!("undefined")).await?;
        browser.run("turnstile.remove(late)").await?;
        is(browser, "[document.querySelector('#late').childElementCount, heard]", json!([0, []])).await?;

        pass(browser, collector).await?;
        browser.until("heard.some(([name]) => name === 'passed')").await?;
        is(browser, "heard.map(([name]) => name)", json!(["opened", "left", "passed"])).await?;
        is(
            browser,
            "[heard[2][2], heard[2][1] === turnstile.getResponse(), heard[2][1] === new FormData(form).get('cf-turnstile-response'),
              turnstile.isExpired()]",
            json!([false, true, true, false]),
        )
        .await?;
        browser.run("window.before = heard.pop()[1]; window.heard = []").await?;
        says(browser, "kind: 'expired'").await?;
        browser.until("heard.length").await?;
        is(
            browser,
            "[heard.length, heard[0][1] === before, turnstile.getResponse() === before, turnstile.isExpired(),
              new FormData(form).get('cf-turnstile-response')]",
            json!([1, true, true, true, ""]),
        )
        .await?;
        says(browser, "kind: 'token', token: 'fresh', renewed: true").await?;
        becomes(browser, "heard[1]", json!(["passed", "fresh", false])).await?;
        says(browser, "kind: 'error', code: 'unknown-sitekey'").await?;
        becomes(browser, "heard[2]", json!(["troubled", "110100"])).await?;
        says(browser, "kind: 'error', code: 'hostname-refused'").await?;
        becomes(browser, "heard[3]", json!(["troubled", "110200"])).await?;
        is(browser, "(turnstile.reset('#form .cf-turnstile'), String(turnstile.getResponse()))", json!("undefined")).await
    })
    .await
}

/// Three widgets of nobody's site.
fn widgets_of_nobodys() -> String {
    format!(
        "{NOTE}<script>
           for (const name of ['r', 'h', 't']) window[name] = note(name);
         </script>
         <div id=\"ts\" class=\"cf-turnstile\" data-sitekey=\"nobodys-key\" data-error-callback=\"t\"></div>
         <div class=\"h-captcha\" data-sitekey=\"nobodys-key\" data-error-callback=\"h\"></div>
         <div class=\"g-recaptcha\" data-sitekey=\"nobodys-key\" data-error-callback=\"r\"></div>
         <script src=\"COLLECTOR/turnstile/v0/api.js\"></script>
         <script src=\"COLLECTOR/1/api.js?recaptchacompat=off\"></script>
         <script src=\"COLLECTOR/recaptcha/api.js\"></script>"
    )
}

/// Whether every widget has told its page that something is wrong.
const ALL_TOLD: &str = "['r', 'h', 't'].every((one) => heard.some(([name]) => name === one))";

async fn told(browser: &Browser, expected: [Value; 3]) -> anyhow::Result<()> {
    for (name, expected) in ["r", "h", "t"].iter().zip(expected) {
        is(browser, &format!("heard.find(([name]) => name === '{name}')"), expected).await?;
    }
    is(browser, "document.querySelectorAll('iframe').length", json!(3)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_frame_says_why_in_each_contracts_words() -> anyhow::Result<()> {
    show(&widgets_of_nobodys(), async |browser, _collector| {
        browser.until(ALL_TOLD).await?;
        told(browser, [json!(["r"]), json!(["h", "invalid-data"]), json!(["t", "110100"])]).await
    })
    .await
}
