"""drf-recaptcha: a serializer's field; urlencoded POST, https whatever the settings say; refuses a reply with a score."""

from . import django_forms, rest_framework

PACKAGE = "drf-recaptcha"
HTTPS = True
EXPECTED = django_forms.expected("captcha_invalid", "required")


def verifier(site):
    settings = {"DRF_RECAPTCHA_DOMAIN": site["tls"], "DRF_RECAPTCHA_SECRET_KEY": site["secret"]}

    def field():
        from drf_recaptcha.fields import ReCaptchaV2Field

        return ReCaptchaV2Field()

    return rest_framework.verifier(settings, field)
