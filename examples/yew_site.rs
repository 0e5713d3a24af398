//! A site written in Yew with the widget in its own page: a comment form that can be sent once there is a token.
//!
//! It compiles to WebAssembly: `cargo build --example yew_site --target wasm32-unknown-unknown`, then wasm-bindgen. The page
//! names collector and site in `<body data-collector="https://captcha.example.org" data-sitekey="…">`.

#[cfg(target_arch = "wasm32")]
mod site {
    use corvee::{News, Site, SiteKey};
    use yew::prelude::*;

    #[component]
    fn Comment() -> Html {
        let token = use_state(AttrValue::default);
        let body = gloo::utils::body();
        let collector = body.get_attribute("data-collector").unwrap_or_default();
        let Ok(sitekey) = body.get_attribute("data-sitekey").unwrap_or_default().parse::<SiteKey>() else {
            return html! { <p>{ "data-sitekey is no site key" }</p> };
        };
        let on_news = {
            let token = token.clone();
            Callback::from(move |news| match news {
                News::Token(given) => token.set(given.token.to_string().into()),
                News::Expired => token.set(AttrValue::default()),
                News::Outdated | News::Dismissed | News::Trouble(_) => {}
            })
        };
        html! {
            <form method="post" action="/comment">
                <label>{ "Comment " }<textarea name="comment" /></label>
                <Site {collector} {sitekey} {on_news} />
                <input type="hidden" name="corvee-response" value={(*token).clone()} />
                <button disabled={token.is_empty()}>{ "Publish" }</button>
            </form>
        }
    }

    /// Shows the form.
    pub(crate) fn show() {
        yew::Renderer::<Comment>::new().render();
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    site::show();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("this example runs in a browser: build it for wasm32-unknown-unknown");
}
