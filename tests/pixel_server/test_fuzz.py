"""Clients send any bytes: there is no 5xx and no traceback, and the next client is served."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from sqlalchemy import Engine

from tests.pixel_server.serving import Served, track

EXAMPLES = 150

names = st.sampled_from([b"Host", b"User-Agent", b"X-Forwarded-For", b"Content-Length", b"Transfer-Encoding"])
junk = st.binary(max_size=40)
words = st.sampled_from([b"GET", b"HEAD", b"POST", b"chunked", b"127.0.0.1", b"0", b"-1", b"9" * 30, b"\xff"])
piece = st.one_of(
    words,
    junk,
    names,
    st.sampled_from([b" ", b"/", b"%00", b"%ff", b"..", b":", b"\r\n", b"\n", b"\r\n\r\n"]),
)
heads = st.builds(
    lambda method, path, lines: b"%s %s HTTP/1.1\r\n%s\r\n" % (method, path, b"".join(lines)),
    st.sampled_from([b"GET", b"HEAD", b"POST", b"PUT", b"OPTIONS", b"TRACE", b"BREW"]),
    st.one_of(
        st.sampled_from([b"/", b"/healthz", b"/readyz", b"/copy/", b"/i/", b"/static/", b"//", b"*", b"/%"]),
        st.builds(b"/".__add__, junk),
    ),
    st.lists(st.builds(lambda name, value: b"%s: %s\r\n" % (name, value), names, st.one_of(words, junk))),
)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "requests", [heads, st.lists(piece, max_size=12).map(b"".join)], ids=["heads", "bytes"]
)
def test_whatever_bytes_come_nothing_breaks(
    served: Served, caplog: pytest.LogCaptureFixture, requests: st.SearchStrategy[bytes]
) -> None:
    @effort(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(requests, min_size=1, max_size=3).map(b"".join))
    def sending(sent: bytes) -> None:
        # The end of sending closes the connection, or ends the body of a request.
        with served.connect() as wire:
            wire.sendall(sent)
            wire.shutdown(1)
            answered = b""
            while part := wire.recv(65536):
                answered += part
        assert b"HTTP/1.1 5" not in answered

    sending()
    assert served.get("/healthz").status == 200
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_every_page_answers_whatever_its_parameters_are(
    served: Served, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    link = track(engine)
    schema = schemathesis.openapi.from_dict(served.app.openapi())
    asked = set[str]()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @effort(max_examples=40, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case[Any]) -> None:
            asked.add(case.path)
            assert case.call(base_url=served.url).status_code < 500

        ask()
    assert {"/", "/healthz", "/readyz", "/copy/{owner_key}"} <= asked
    assert served.fetch(link).status == 200
    assert "Traceback" not in caplog.text
