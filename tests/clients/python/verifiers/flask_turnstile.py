"""Flask-Turnstile: urlencoded POST, the address is an attribute of its class."""

from . import flask_posts

PACKAGE = "Flask-Turnstile"
EXPECTED = flask_posts.TRUE_OR_FALSE


def verifier(site):
    from flask_turnstile import Turnstile

    application = flask_posts.app(TURNSTILE_SITE_KEY=site["sitekey"], TURNSTILE_SECRET_KEY=site["secret"])
    captcha = Turnstile(application)
    captcha.VERIFY_URL = site["collector"] + "/turnstile/v0/siteverify"
    return lambda token: flask_posts.ask(application, "cf-turnstile-response", token, captcha.verify)
