"""The image, and the headers it is always sent with."""

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One transparent pixel, in 43 bytes."""

PREFIX = "/i/"
"""Every path that begins with this is answered with the image."""

HEADERS = [
    (b"content-type", b"image/gif"),
    (b"content-length", b"43"),
    # Gmail needs every directive of this list. With fewer it shows its cached copy, and a second open is
    # never seen.
    (b"cache-control", b"no-cache, no-store, max-age=0, must-revalidate, private"),
    (b"pragma", b"no-cache"),
    (b"expires", b"0"),
]
NOT_KEPT_HEADERS = [*HEADERS, (b"retry-after", b"5")]
"""For a fetch that could not be kept. The answer is 503, so that the mail provider asks again, and still
has the image, so that no mail shows a broken one."""
