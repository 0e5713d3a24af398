import json
import urllib.parse
import urllib.request

from django.conf import settings
from django.http import HttpResponse
from django.template import engines
from django.views.decorators.http import require_POST

# In a file of your templates folder; here beside the views, so that all of it is in one place.
PAGE = """<!doctype html>
<title>A comment</title>
<script src="{{ collector }}/api.js" async defer></script>
<form method="post" action="/comment">
  {% csrf_token %}
  <label>Comment <textarea name="comment"></textarea></label>
  <div class="corvee" data-sitekey="{{ sitekey }}"></div>
  <button>Publish</button>
</form>"""


def is_human(form):
    fields = {"secret": settings.CORVEE_SECRET, "response": form.get("corvee-response", "")}
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{settings.CORVEE_COLLECTOR}/siteverify", body, timeout=10) as reply:
        return json.load(reply)["success"]


def page(request):
    site = {"collector": settings.CORVEE_COLLECTOR, "sitekey": settings.CORVEE_SITEKEY}
    return HttpResponse(engines["django"].from_string(PAGE).render(site, request))


@require_POST
def comment(request):
    if not is_human(request.POST):
        return HttpResponse("Please pass the check first.", status=403)
    return HttpResponse("Published.")
