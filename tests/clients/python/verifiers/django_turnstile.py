"""django-turnstile: a form field; urlencoded POST with the text `None` as remote address."""

from . import django_forms

PACKAGE = "django-turnstile"
EXPECTED = django_forms.expected("invalid_turnstile", "required")


def verifier(site):
    settings = {
        "TURNSTILE_VERIFY_URL": site["collector"] + "/turnstile/v0/siteverify",
        "TURNSTILE_SITEKEY": site["sitekey"],
        "TURNSTILE_SECRET": site["secret"],
    }

    def field():
        from turnstile.fields import TurnstileField

        return TurnstileField()

    return django_forms.verifier(settings, field, "cf-turnstile-response")
