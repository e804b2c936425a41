"""A call's parameters. They may come as a query, a form, a multipart body or JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from demo.telegram.errors import bad_request

BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
FIELD_NAME = re.compile(r'[; ]name="([^"]*)"')
FILE_NAME = re.compile(r'filename="([^"]*)"')
PART_TYPE = re.compile(r"content-type:\s*([^\r\n;]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Upload:
    name: str
    media_type: str
    content: bytes


class Parameters:
    def __init__(self, values: Mapping[str, str], uploads: Mapping[str, Upload] | None = None) -> None:
        self.values = values
        self.uploads = uploads or {}

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str, otherwise: int = 0) -> int:
        try:
            return int(self.text(name))
        except ValueError:
            return otherwise

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1", "yes")

    def json(self, name: str) -> Any:
        """Return a nested value; None if it is missing."""
        raw = self.text(name)
        if not raw:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.json(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"object expected as {name.replace('_', ' ')}")
        return value or {}


def read_parameters(query: str, content_type: str, body: bytes) -> Parameters:
    values = dict(parse_qsl(query, keep_blank_values=True))
    uploads: dict[str, Upload] = {}
    try:
        if content_type.startswith("application/json"):
            values |= _from_json(body)
        elif content_type.startswith("multipart/form-data"):
            uploads = _from_multipart(content_type, body, values)
        else:
            values |= dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except UnicodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    _check_utf8(values)
    return Parameters(values, uploads)


def _from_json(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(given, dict):
        raise bad_request("object expected as request body")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in given.items()
        if value is not None
    }


def _from_multipart(content_type: str, body: bytes, values: dict[str, str]) -> dict[str, Upload]:
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        raise bad_request("boundary not found")
    uploads = {}
    for piece in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        header = head.decode()
        field, file = FIELD_NAME.search(header), FILE_NAME.search(header)
        if field and file:
            media_type = PART_TYPE.search(header)
            kind = media_type[1].strip() if media_type else "application/octet-stream"
            uploads[field[1]] = Upload(file[1] or field[1], kind, content)
        elif field:
            values[field[1]] = content.decode()
    return uploads


def _check_utf8(values: Mapping[str, str]) -> None:
    for value in values.values():
        value.encode()
