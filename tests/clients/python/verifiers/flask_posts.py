"""A Flask application that is asked inside a request posting one form field. Knows no package."""


def app(**config):
    """An application with these settings."""
    import flask

    application = flask.Flask("site")
    application.config.update(config)
    return application


def ask(application, name, token, question):
    """What `question()` says while the application handles a form in which `name` holds the token."""
    data = {} if token is None else {name: token}
    with application.test_request_context("/", method="POST", data=data):
        return question()


# Of packages that answer yes or no.
TRUE_OR_FALSE = {
    "success": True,
    "duplicate": False,
    "wrong token": False,
    "missing response": False,
    "wrong secret": False,
}
