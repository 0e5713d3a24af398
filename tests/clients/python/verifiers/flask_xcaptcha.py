"""Flask-xCaptcha: everything in the query of a GET."""

from . import flask_posts

PACKAGE = "Flask-xCaptcha"
EXPECTED = flask_posts.TRUE_OR_FALSE


def verifier(site):
    from flask_xcaptcha import XCaptcha

    application = flask_posts.app(
        XCAPTCHA_VERIFY_URL=site["collector"] + "/recaptcha/api/siteverify",
        XCAPTCHA_SITE_KEY=site["sitekey"],
        XCAPTCHA_SECRET_KEY=site["secret"],
    )
    captcha = XCaptcha(app=application)
    return lambda token: flask_posts.ask(application, "g-recaptcha-response", token, captcha.verify)
