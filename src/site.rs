//! The widget on a Yew site's own page: asks the collector for its settings, then shows [`Captcha`]. Knows no frame.

use std::rc::Rc;

use corvee_protocol::{Settings, SiteKey};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::captcha::{Captcha, Command, News};
use crate::collector_client::Call;
use crate::trouble::Trouble;
use crate::wire::{Misfit, Read as _};

/// Properties of [`Site`].
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct SiteProps {
    /// Origin of the collector without a slash at the end, such as `https://captcha.example.org`.
    pub collector: AttrValue,
    /// The site; its page's host name must be one of the site's.
    pub sitekey: SiteKey,
    /// The visitor's language, such as `fr`; without it the document's, and without that the browser's.
    #[prop_or_default]
    pub language: AttrValue,
    /// What the visitor is about to do; comes back from `siteverify` in Turnstile's dialect.
    #[prop_or_default]
    pub action: AttrValue,
    /// Something happened that the page wants to know: a token, its end, trouble.
    #[prop_or_default]
    pub on_news: Callback<News>,
    /// Called once, with what takes the page's commands.
    #[prop_or_default]
    pub on_ready: Callback<Callback<Command>>,
}

/// The widget of a site, in the page itself. The page's Content Security Policy lets the collector's style, pictures,
/// calls and worker in (docs/embedding.md). Properties: see [`SiteProps`].
#[component]
pub fn Site(props: &SiteProps) -> Html {
    let settings = use_state(|| None::<Rc<Settings>>);
    use_effect_with((props.collector.clone(), props.sitekey.clone(), props.language.clone()), {
        let (settings, on_news, action) = (settings.clone(), props.on_news.clone(), props.action.clone());
        move |(collector, sitekey, language)| {
            let (collector, sitekey, language) = (collector.clone(), sitekey.clone(), language.clone());
            spawn_local(async move {
                let language = if language.is_empty() { spoken_here() } else { language.to_string() };
                let reply = Call::settings(&sitekey, &language, &action).send(&collector).await;
                match reply.map(|reply| Settings::read(&reply)) {
                    Ok(Ok(found)) => {
                        settings.set(Some(Rc::new(Settings { collector: collector.to_string(), ..found })));
                    }
                    Ok(Err(Misfit)) => on_news.emit(News::Trouble(Trouble::Unexpected)),
                    Err(trouble) => on_news.emit(News::Trouble(trouble)),
                }
            });
        }
    });
    match &*settings {
        None => Html::default(),
        Some(settings) => html! {
            <>
                <link rel="stylesheet" href={[props.collector.as_str(), &settings.style].concat()} />
                <Captcha settings={Rc::clone(settings)} on_news={props.on_news.clone()} on_ready={props.on_ready.clone()} />
            </>
        },
    }
}

/// The language of the document, else the browser's.
fn spoken_here() -> String {
    let document = gloo::utils::document().document_element().and_then(|root| root.get_attribute("lang"));
    document.or_else(|| gloo::utils::window().navigator().language()).unwrap_or_default()
}
