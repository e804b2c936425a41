"""Uploaded files, and getFile."""

from typing import Any

from demo.telegram.errors import bad_request
from demo.telegram.model import File
from demo.telegram.parameters import Parameters, Upload
from demo.telegram.world import World

PNG = b"\x89PNG\r\n\x1a\n"
IMAGES = (PNG, b"\xff\xd8\xff", b"GIF8", b"RIFF")
MOST_PHOTO = 10 << 20
MOST_DOCUMENT = 50 << 20


def file_of(world: World, call: Parameters, kind: str) -> File:
    """Return the uploaded file, or one that was uploaded before."""
    named = call.text(kind)
    upload = call.uploads.get(named.removeprefix("attach://") if named.startswith("attach://") else kind)
    if upload:
        return _kept(world, upload, kind)
    if not named:
        raise bad_request(f"there is no {kind} in the request")
    if named not in world.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return world.files[named]


def _kept(world: World, upload: Upload, kind: str) -> File:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > (MOST_PHOTO if kind == "photo" else MOST_DOCUMENT):
        raise bad_request("file is too big")
    if kind == "photo" and not upload.content.startswith(IMAGES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    identifier = f"{kind}{next(world.numbers)}"
    size = _size(upload.content) if kind == "photo" else (0, 0)
    file = File(identifier, upload.name, kind, upload.media_type, upload.content, size)
    world.files[identifier] = file
    return file


def _size(image: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, which is what the bot sends; a guess for other formats."""
    if not image.startswith(PNG):
        return 800, 600
    return int.from_bytes(image[16:20]), int.from_bytes(image[20:24])


def get_file(world: World, call: Parameters) -> dict[str, Any]:
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    file = world.files.get(call.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return file.as_json() | {"file_path": file.path}


METHODS = {"getFile": get_file}
