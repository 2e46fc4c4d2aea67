"""Requests to Django, over WSGI and ASGI, are spans under their route."""

from programs import Programs

# A process of its own: Django is set up once a process, with settings for all.
PROGRAM = """
import asyncio, json
from wsgiref.util import setup_testing_defaults

import clearspan
from clearspan.instrument import asgi, wsgi
from clearspan.testing import capture_spans

(asgi if IS_ASGI else wsgi).instrument()

import django
from django.conf import settings
from django.http import HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF="__main__", ALLOWED_HOSTS=["*"], SECRET_KEY="k", LOGGING_CONFIG=None)
django.setup()


def read(request, item):
    with clearspan.span("inside"):
        return HttpResponse(f"item {item}")


def broken(request):
    raise LookupError("no such shelf")


urlpatterns = [path("items/<int:item>", read), path("broken", broken)]


def ask_wsgi(where):
    from django.core.handlers.wsgi import WSGIHandler
    environ = {"PATH_INFO": where}
    setup_testing_defaults(environ)
    body = WSGIHandler()(environ, lambda *_: None)
    list(body)
    body.close()


def ask_asgi(where):
    from django.core.handlers.asgi import ASGIHandler

    async def ask():
        asked = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive():
            return asked.pop(0) if asked else await asyncio.Event().wait()

        async def send(message):
            pass

        scope = {"type": "http", "method": "GET", "path": where, "headers": [], "query_string": b""}
        await ASGIHandler()(scope, receive, send)

    asyncio.run(ask())


ask = ask_asgi if IS_ASGI else ask_wsgi
import logging
logging.disable()
with capture_spans() as spans:
    for where in ("/items/7", "/broken"):
        ask(where)
print(json.dumps([[s.name, s.parent_id != "", s.status, s.failure and s.failure.type] for s in spans]))
"""

EXPECTED = (
    '[["inside", true, "ok", null], ["GET /items/<int:item>", false, "ok", null],'
    ' ["GET /broken", false, "error", "LookupError"]]'
)


def test_django_over_wsgi_is_recorded(programs: Programs) -> None:
    ended = programs.run(PROGRAM.replace("IS_ASGI", "False"))

    assert ended.err == ""
    assert ended.out.strip() == EXPECTED


def test_django_over_asgi_is_recorded(programs: Programs) -> None:
    ended = programs.run(PROGRAM.replace("IS_ASGI", "True"))

    assert ended.err == ""
    assert ended.out.strip() == EXPECTED
