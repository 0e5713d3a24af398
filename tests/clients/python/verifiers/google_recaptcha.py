"""google-recaptcha: urlencoded POST; raises unless the status is 200, and on a form without the field."""

from . import flask_posts

PACKAGE = "google-recaptcha"
EXPECTED = {**flask_posts.TRUE_OR_FALSE, "missing response": "BadRequestKeyError"}


def verifier(site):
    from google_recaptcha import ReCaptcha

    application = flask_posts.app()
    captcha = ReCaptcha(app=application, version=2, site_key=site["sitekey"], site_secret=site["secret"])
    captcha.VERIFY_URL = site["collector"] + "/recaptcha/api/siteverify"

    def question():
        try:
            return captcha.verify()
        except KeyError as missing:
            return type(missing).__name__

    return lambda token: flask_posts.ask(application, "g-recaptcha-response", token, question)
