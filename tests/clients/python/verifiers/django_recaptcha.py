"""django-recaptcha: a form field; urlencoded POST, https whatever the settings say."""

from . import django_forms

PACKAGE = "django-recaptcha"
HTTPS = True
EXPECTED = django_forms.expected("captcha_invalid", "required")


def verifier(site):
    settings = {
        "RECAPTCHA_DOMAIN": site["tls"],
        "RECAPTCHA_PUBLIC_KEY": site["sitekey"],
        "RECAPTCHA_PRIVATE_KEY": site["secret"],
    }

    def field():
        from django_recaptcha.fields import ReCaptchaField

        return ReCaptchaField()

    return django_forms.verifier(settings, field, "g-recaptcha-response")
