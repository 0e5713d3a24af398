//! The demonstration's page: a form for a comment, and what the site's server learned. Knows nothing inside the frame.

use anyhow::ensure;

use super::browser::Browser;

const NAME: &str = "Ada";
const COMMENT: &str = "A pretty page.";

/// Writes name and comment.
pub(crate) async fn fill(browser: &Browser) -> anyhow::Result<()> {
    browser.find("#name").await?.send_keys(NAME).await?;
    browser.find("#comment").await?.send_keys(COMMENT).await?;
    Ok(())
}

/// Makes sure that name and comment are still there.
pub(crate) async fn is_filled(browser: &Browser) -> anyhow::Result<()> {
    let fields: (String, String) =
        browser.read("[document.getElementById('name').value, document.getElementById('comment').value]").await?;
    ensure!(fields == (NAME.to_owned(), COMMENT.to_owned()), "the form holds {fields:?}");
    Ok(())
}

/// The token in the page's form; empty without one.
pub(crate) async fn token(browser: &Browser) -> anyhow::Result<String> {
    browser.read("document.querySelector('[name=corvee-response]').value").await
}

/// Presses the button and reads what the page then says: its sentence, and the reply of `siteverify`.
pub(crate) async fn publish(browser: &Browser) -> anyhow::Result<(String, String)> {
    browser.click("#comment-form [type=submit]").await?;
    browser.until("document.getElementById('outcome-sentence').textContent").await?;
    let outcome = "[document.getElementById('outcome-sentence').textContent, document.getElementById('outcome-reply').textContent]";
    browser.read(outcome).await
}
