//! The page that shows the pictures: a state a row, a theme a column, a language a section. Knows nothing of browsers.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::pictures::{PLAIN_VIEWS, Picture, Setting};
use crate::states::{LANGUAGES, STATES, THEMES};

const HEAD: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Corvée: every state of the widget</title>
    <style>
      :root { --paper: #faf7f0; --ink: #1c1b1a; --soft: #5f5a51; --rule: #d9d2c3; color-scheme: light dark; }
      @media (prefers-color-scheme: dark) { :root { --paper: #161514; --ink: #efeae0; --soft: #b3ab9c; --rule: #3a3733; } }
      body { max-width: 1500px; margin: 0 auto; padding: 24px 16px; color: var(--ink); background: var(--paper);
        font: 400 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
      h1, h2, h3 { font-weight: 600; line-height: 1.2; }
      h2 { margin: 48px 0 0; padding-top: 16px; border-top: 3px double var(--rule); }
      h3 { margin: 0 0 12px; font-size: 1em; }
      a { color: inherit; }
      p { max-width: 60em; }
      .state { padding: 16px 0; border-top: 1px solid var(--rule); }
      .shots { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; overflow-x: auto; }
      figure { margin: 0; }
      figcaption { color: var(--soft); font-size: 13px; }
      img { display: block; max-width: 100%; height: auto; outline: 1px solid var(--rule); }
    </style>
  </head>
  <body>
    <main>
      <h1>Every state of the widget</h1>
      <p>
        Taken by <code>cargo xtask gallery</code> from a real collector in headless Chromium: on a desk's screen and on
        one of 320 pixels; in English also dark, with more contrast, compact and flexible. The pictures in the grid are drawn at random.
      </p>
"#;

/// Names of the languages in their own.
const NAMES: [(&str, &str); 4] = [("en", "English"), ("fr", "Français"), ("ar", "العربية"), ("ja", "日本語")];

/// Writes `index.html` beside the pictures.
pub(crate) fn write(folder: &Path, pictures: &[Picture]) -> anyhow::Result<()> {
    let mut page = HEAD.to_owned();
    page.push_str("      <nav aria-label=\"Languages\"><ul>\n");
    for language in LANGUAGES {
        writeln!(page, "        <li><a href=\"#{language}\" lang=\"{language}\">{}</a></li>", name(language))?;
    }
    page.push_str("      </ul></nav>\n");
    for language in LANGUAGES {
        writeln!(page, "      <h2 id=\"{language}\" lang=\"{language}\">{}</h2>", name(language))?;
        let plain = PLAIN_VIEWS.map(|(name, caption, _)| (name, caption));
        for (state, caption) in STATES.iter().map(|state| (state.name, state.caption)).chain(plain) {
            writeln!(
                page,
                "      <section class=\"state\">\n        <h3>{caption}</h3>\n        <div class=\"shots\">"
            )?;
            for theme in THEMES {
                let shown = pictures.iter().filter(|picture| {
                    picture.state == state && picture.setting.language == language && picture.setting.theme == theme
                });
                for picture in shown {
                    figure(&mut page, picture, caption)?;
                }
            }
            page.push_str("        </div>\n      </section>\n");
        }
    }
    page.push_str("    </main>\n  </body>\n</html>\n");
    Ok(fs::write(folder.join("index.html"), page)?)
}

fn figure(page: &mut String, picture: &Picture, caption: &str) -> std::fmt::Result {
    let Setting { language, theme, screen, .. } = picture.setting;
    let (file, width, height) = (picture.file(), picture.width.round(), picture.height.round());
    writeln!(
        page,
        "          <figure><img src=\"{file}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" \
         alt=\"{caption}: {}, {theme}, {screen}\" /><figcaption>{theme}, {screen}</figcaption></figure>",
        name(language)
    )
}

fn name(language: &str) -> &str {
    NAMES.iter().find(|(code, _)| *code == language).map_or(language, |(_, name)| name)
}
