"""A Django REST framework serializer of one field; the field is the package's. Knows none of them."""


def verifier(settings, field):
    """A function from a token to what the serializer says of it; `field` makes the serializer's field."""
    import django
    from django.conf import settings as project

    project.configure(USE_I18N=False, INSTALLED_APPS=["rest_framework"], **settings)
    django.setup()
    from rest_framework.serializers import Serializer
    from rest_framework.test import APIRequestFactory

    serializer_class = type("Captcha", (Serializer,), {"captcha": field()})
    request = APIRequestFactory().post("/")

    def verify(token):
        serializer = serializer_class(data={} if token is None else {"captcha": token}, context={"request": request})
        valid = serializer.is_valid()
        return {"valid": valid, "errors": [error.code for error in serializer.errors.get("captcha", [])]}

    return verify
