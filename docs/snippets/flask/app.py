import json
import os
import urllib.parse
import urllib.request

from flask import Flask, render_template_string, request

COLLECTOR = os.environ.get("CORVEE_COLLECTOR", "https://captcha.example.org")
SITEKEY = os.environ.get("CORVEE_SITEKEY", "YOUR-SITE-KEY")
SECRET = os.environ.get("CORVEE_SECRET", "YOUR-SECRET")

PAGE = """<!doctype html>
<title>A comment</title>
<script src="{{ collector }}/api.js" async defer></script>
<form method="post" action="/comment">
  <label>Comment <textarea name="comment"></textarea></label>
  <div class="corvee" data-sitekey="{{ sitekey }}"></div>
  <button>Publish</button>
</form>"""

app = Flask(__name__)


def is_human(form):
    fields = {"secret": SECRET, "response": form.get("corvee-response", "")}
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{COLLECTOR}/siteverify", body, timeout=10) as reply:
        return json.load(reply)["success"]


@app.get("/")
def page():
    return render_template_string(PAGE, collector=COLLECTOR, sitekey=SITEKEY)


@app.post("/comment")
def comment():
    if not is_human(request.form):
        return "Please pass the check first.", 403
    return "Published."
