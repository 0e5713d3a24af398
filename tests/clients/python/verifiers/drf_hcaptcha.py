"""drf-hcaptcha: a serializer's field; urlencoded POST, https whatever the settings say; refuses a reply with a score."""

from . import django_forms, rest_framework

PACKAGE = "drf-hcaptcha"
HTTPS = True
EXPECTED = django_forms.expected("captcha_invalid", "required")


def verifier(site):
    settings = {
        "DRF_HCAPTCHA_DOMAIN": site["tls"],
        "DRF_HCAPTCHA_ENDPOINT": "siteverify",
        "DRF_HCAPTCHA_SECRET_KEY": site["secret"],
    }

    def field():
        from drf_hcaptcha.fields import HCaptchaV2Field

        return HCaptchaV2Field()

    return rest_framework.verifier(settings, field)
