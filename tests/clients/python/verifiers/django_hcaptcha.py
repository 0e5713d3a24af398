"""django-hCaptcha: a form field; urlencoded POST."""

from . import django_forms

PACKAGE = "django-hCaptcha"
EXPECTED = django_forms.expected("invalid_hcaptcha", "required")


def verifier(site):
    settings = {
        "HCAPTCHA_VERIFY_URL": site["collector"] + "/siteverify",
        "HCAPTCHA_SITEKEY": site["sitekey"],
        "HCAPTCHA_SECRET": site["secret"],
    }

    def field():
        from hcaptcha.fields import hCaptchaField

        return hCaptchaField()

    return django_forms.verifier(settings, field, "h-captcha-response")
