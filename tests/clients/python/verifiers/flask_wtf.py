"""Flask-WTF's RecaptchaField: urlencoded POST with the text `None` as remote address; HTTP 200 or it raises."""

from . import flask_posts

PACKAGE = "Flask-WTF"

VALID = {"valid": True, "errors": []}


def refused(message):
    return {"valid": False, "errors": [message]}


EXPECTED = {
    "success": VALID,
    # It has no words for `timeout-or-duplicate` and falls back to these.
    "duplicate": refused("The response parameter is missing."),
    "wrong token": refused("The response parameter is invalid or malformed."),
    "missing response": refused("The response parameter is missing."),
    "wrong secret": refused("The secret parameter is invalid or malformed."),
}


def verifier(site):
    from flask_wtf import FlaskForm, RecaptchaField

    application = flask_posts.app(
        WTF_CSRF_ENABLED=False,
        RECAPTCHA_VERIFY_SERVER=site["collector"] + "/recaptcha/api/siteverify",
        RECAPTCHA_PUBLIC_KEY=site["sitekey"],
        RECAPTCHA_PRIVATE_KEY=site["secret"],
    )

    class Form(FlaskForm):
        recaptcha = RecaptchaField()

    def question():
        form = Form()
        return {"valid": form.validate(), "errors": list(form.errors.get("recaptcha", []))}

    return lambda token: flask_posts.ask(application, "g-recaptcha-response", token, question)
