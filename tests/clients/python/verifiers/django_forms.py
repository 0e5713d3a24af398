"""A Django project of one form; its fields are the packages'. Knows none of them."""


def verifier(settings, field, name):
    """A function from a token to what the form says when `name` posts it; `field` makes the form's field."""
    import django
    from django import forms
    from django.conf import settings as project

    project.configure(USE_I18N=False, **settings)
    django.setup()
    form_class = type("Form", (forms.Form,), {"captcha": field()})

    def verify(token):
        form = form_class({} if token is None else {name: token})
        valid = form.is_valid()
        return {"valid": valid, "errors": [error["code"] for error in form.errors.get_json_data().get("captcha", [])]}

    return verify


VALID = {"valid": True, "errors": []}


def refused(code):
    """A form whose field has this error."""
    return {"valid": False, "errors": [code]}


def expected(invalid, required):
    """What each case must give; both are error codes of the package."""
    return {
        "success": VALID,
        "duplicate": refused(invalid),
        "wrong token": refused(invalid),
        "missing response": refused(required),
        "wrong secret": refused(invalid),
    }
