"""flask-hcaptcha: urlencoded POST, the address is an attribute of its class."""

from . import flask_posts

PACKAGE = "flask-hcaptcha"
EXPECTED = flask_posts.TRUE_OR_FALSE


def verifier(site):
    from flask_hcaptcha import hCaptcha

    application = flask_posts.app(HCAPTCHA_SITE_KEY=site["sitekey"], HCAPTCHA_SECRET_KEY=site["secret"])
    captcha = hCaptcha(application)
    captcha.VERIFY_URL = site["collector"] + "/siteverify"
    return lambda token: flask_posts.ask(application, "h-captcha-response", token, captcha.verify)
