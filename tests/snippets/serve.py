"""Serves a snippet and says where: serve.py flask FOLDER (app.py) or serve.py django FOLDER (views.py)."""

import os
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server


class Server(ThreadingMixIn, WSGIServer):
    """A browser opens connections on which it asks for nothing yet."""

    daemon_threads = True


def flask_application():
    from app import app

    return app


def django_application():
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    # What `startproject` writes, as far as the snippet needs it; the check of forms against forgery included.
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        SECRET_KEY="only for this run",
        ROOT_URLCONF="urls",
        MIDDLEWARE=["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        CORVEE_COLLECTOR=os.environ["CORVEE_COLLECTOR"],
        CORVEE_SITEKEY=os.environ["CORVEE_SITEKEY"],
        CORVEE_SECRET=os.environ["CORVEE_SECRET"],
    )
    django.setup()
    from types import ModuleType

    import views
    from django.urls import path

    urls = ModuleType("urls")
    urls.urlpatterns = [path("", views.page), path("comment", views.comment)]
    sys.modules["urls"] = urls
    return get_wsgi_application()


framework, folder = sys.argv[1:]
sys.path.insert(0, folder)
application = {"flask": flask_application, "django": django_application}[framework]()
with make_server("127.0.0.1", 0, application, server_class=Server) as server:
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
