//! What pages do to widgets: render late, twice, move, forget, reset, come back.

use anyhow::ensure;
use serde_json::json;

use super::super::browser::{CHROMIUM_ONLY, DESKTOPS, in_each};
use super::super::collector::Collector;
use super::super::host_page::HostPage;
use super::super::line::{Fault, Line};
use super::{becomes, is, pass, ready, says, show, show_in};

#[tokio::test(flavor = "multi_thread")]
async fn two_scripts_of_two_dialects_share_the_page_and_call_functions_that_come_later() -> anyhow::Result<()> {
    let body = "<div class=\"corvee\" data-sitekey=\"SITEKEY\"></div>
         <div class=\"g-recaptcha\" data-sitekey=\"SITEKEY\"></div><div class=\"cf-turnstile\" data-sitekey=\"SITEKEY\"></div>
         <div id=\"grecaptcha\"></div>
         <script src=\"COLLECTOR/api.js\" async></script>
         <script>
           add = (path) => { const script = document.createElement('script'); script.src = 'COLLECTOR' + path; document.head.append(script); };
           count = () => document.querySelectorAll('iframe').length;
           called = 0;
           addEventListener('load', () => add('/turnstile/v0/api.js?compat=recaptcha&onload=later'));
         </script>";
    show(body, async |browser, _collector| {
        browser.until("window.turnstile && count() === 3").await?;
        browser.run("setTimeout(() => { window.later = () => { window.called += 1; add('/api.js?onload=again'); }; }, 200); window.again = () => { window.called += 1; }").await?;
        becomes(browser, "called", json!(2)).await?;
        is(browser, "[count(), turnstile !== corvee, typeof grecaptcha.render]", json!([3, true, "function"])).await?;
        // One numbering: what one dialect rendered, the other can name.
        is(browser, "[turnstile.getResponse(0), corvee.getResponse('corvee-2')]", json!([null, ""])).await?;
        is(browser, "new Set([...document.querySelectorAll('iframe')].map(({ src }) => new URL(src).searchParams.get('dialect'))).size", json!(2))
            .await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn mounting_twice_moving_and_emptying_leave_one_widget_that_works() -> anyhow::Result<()> {
    let body = "<form id=\"form\"><div id=\"place\"></div></form><div id=\"elsewhere\"></div>
         <script src=\"COLLECTOR/1/api.js?render=explicit\"></script>
         <script>
           heard = [];
           mount = () => hcaptcha.render('place', {
             sitekey: 'SITEKEY', callback: () => heard.push('passed'), 'expired-callback': () => heard.push('expired'),
           });
         </script>";
    show(body, async |browser, collector| {
        browser.run("window.first = mount(); hcaptcha.reset(first); hcaptcha.remove(first); window.second = mount()").await?;
        is(
            browser,
            "[first !== second, document.querySelectorAll('iframe').length, document.querySelectorAll('textarea').length]",
            json!([true, 1, 2]),
        )
        .await?;
        // A page that empties the element instead of asking for removal may render there again.
        browser.run("place.textContent = ''; window.third = mount()").await?;
        is(browser, "[third !== second, document.querySelectorAll('iframe').length]", json!([true, 1])).await?;
        pass(browser, collector).await?;
        browser.until("hcaptcha.getResponse(third)").await?;
        // Moved in the document the frame loads anew; the page is told that the token it held is not shown any more.
        browser.run("elsewhere.append(place)").await?;
        ready(browser, collector).await?;
        becomes(browser, "[hcaptcha.getResponse(third), heard]", json!(["", ["passed", "expired"]])).await?;
        pass(browser, collector).await?;
        browser.until("hcaptcha.getResponse(third)").await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_reset_in_a_shadow_tree_takes_its_token_with_it() -> anyhow::Result<()> {
    let body = "<div id=\"host\" lang=\"fr\"></div><script src=\"COLLECTOR/api.js?render=explicit\"></script>
         <script>
           root = host.attachShadow({ mode: 'open' });
           form = document.createElement('form');
           place = document.createElement('div');
           form.append(place);
           root.append(form);
           id = corvee.render(place, { sitekey: 'SITEKEY' });
           frame = place.querySelector('iframe');
         </script>";
    show(body, async |browser, _collector| {
        is(browser, "new URL(frame.src).searchParams.get('hl')", json!("fr")).await?;
        // WebDriver does not enter frames in shadow trees by number: the frame is brought up, and speaks, by itself.
        browser.until("frame.title && corvee.execute(id) && frame.matches(':popover-open')").await?;
        browser.run("form.addEventListener('reset', (event) => event.preventDefault(), { once: true }); window.reply = 0; corvee.execute(id).catch((error) => { window.reply = error.message; })").await?;
        browser.run("form.reset()").await?;
        browser.run_async("setTimeout(done, 50)").await?;
        is(browser, "[reply, frame.matches(':popover-open')]", json!([0, true])).await?;
        browser.run("form.reset()").await?;
        becomes(browser, "[reply, frame.matches(':popover-open')]", json!(["challenge-closed", false])).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widget_whose_element_left_the_document_is_forgotten_without_a_word() -> anyhow::Result<()> {
    let body = "<div id=\"app\"></div><div id=\"kept\"></div><script src=\"COLLECTOR/turnstile/v0/api.js?render=explicit\"></script>
         <script>
           gone = [];
           mount = () => {
             const place = document.createElement('div');
             app.append(place);
             const callback = () => place;
             turnstile.render(place, { sitekey: 'SITEKEY', callback });
             gone.push(new WeakRef(place), new WeakRef(callback), new WeakRef(place.querySelector('iframe')));
           };
         </script>";
    // Only Chromium can be told to collect its garbage.
    show_in(CHROMIUM_ONLY, "", body, async |browser, collector| {
        browser
            .run(
                "window.kept = turnstile.render('#kept', { sitekey: 'SITEKEY', callback: () => {} })"
                    .replace("SITEKEY", &collector.site_keys()?.sitekey)
                    .as_str(),
            )
            .await?;
        ready(browser, collector).await?;
        let listeners = async || {
            browser.chromium()?.send("HeapProfiler.collectGarbage", json!({})).await?;
            let metrics = browser.chromium()?.send("Performance.getMetrics", json!({})).await?;
            let named = metrics.get("metrics").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
            let count = |name: &str| {
                named.iter().find(|metric| metric.get("name") == Some(&json!(name)))?.get("value")?.as_f64()
            };
            anyhow::Ok((count("JSEventListeners"), count("Frames")))
        };
        browser.chromium()?.send("Performance.enable", json!({})).await?;
        let before = listeners().await?;
        browser.run("for (let at = 0; at < 5; at += 1) mount()").await?;
        browser.until("document.querySelectorAll('iframe').length === 6").await?;
        browser.run("app.textContent = ''").await?;
        // Timers that wait for a silent frame hold it for the time they wait, which is not worth a test of 20 s.
        let mut left = json!(null);
        for _ in 0..60 {
            browser.chromium()?.send("HeapProfiler.collectGarbage", json!({})).await?;
            left = browser.read("gone.filter((one) => one.deref()).length").await?;
            if left == json!(0) {
                break;
            }
            browser.run_async("setTimeout(done, 500)").await?;
        }
        ensure!(left == json!(0), "{left} of 15 elements, callbacks and frames are still held");
        let after = listeners().await?;
        ensure!(after.0 <= before.0 && after.1 <= before.1, "listeners and frames: {before:?} before, {after:?} after");
        // The one that stayed goes on.
        says(browser, "kind: 'token', token: 'fresh'").await?;
        becomes(browser, "turnstile.getResponse(kept)", json!("fresh")).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_stays_silent_is_reported_after_twenty_seconds_and_asked_for_again() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let line = Line::before(collector.origin(), Fault::EmptyFrame).await?;
        let body = format!(
            "<div id=\"place\"></div><script src=\"{}/turnstile/v0/api.js?render=explicit\"></script>
             <script>
               heard = [];
               begun = performance.now();
               turnstile.render('#place', {{ sitekey: '{}', 'retry-interval': 100, 'error-callback': (code) => {{
                 heard.push(code, performance.now() - begun);
                 return true;
               }} }});
             </script>",
            line.origin(),
            collector.site_keys()?.sitekey,
        );
        let page = HostPage::serve("en", &body).await?;
        browser.goto(&page.origin("localhost")).await?;
        let (code, after_ms): (String, f64) = serde_json::from_value(browser.until("heard.length && heard").await?)?;
        ensure!(code == "200500" && (19_900.0..25_000.0).contains(&after_ms), "{code} after {after_ms} ms");
        line.mend();
        pass(&browser, &collector).await?;
        browser.until("turnstile.getResponse()").await?;
        is(&browser, "heard.length", json!(2)).await
    })
    .await
}
