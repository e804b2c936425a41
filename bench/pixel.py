"""The pixel, judged and on disk before the answer, against a bare uvicorn application, in turns."""

import tempfile
from pathlib import Path
from statistics import median

from bench.product import Product
from bench.running import Slice, free_port, load, program

SLICES = 9
GMAIL = (
    "User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "X-Forwarded-For: 66.249.84.1",
    "Accept-Encoding: gzip,deflate,br",
)


def measure(connections: int = 64, slices: int = SLICES) -> dict[str, list[Slice]]:
    """Slices of two seconds, taken in turns so that both see the same machine."""
    found: dict[str, list[Slice]] = {"bare uvicorn": [], "pixel": []}
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        bare_port = free_port()
        bare_url = f"http://127.0.0.1:{bare_port}/"
        with (
            program("-m", "bench.bare", str(bare_port), ready=bare_url) as bare,
            product.pixel_server() as server,
        ):
            url = product.new_pixel_url()
            for _ in range(slices):
                found["bare uvicorn"].append(load(bare_url, bare.pid, connections=connections, headers=GMAIL))
                found["pixel"].append(load(url, server.pid, connections=connections, headers=GMAIL))
            product.check_every_answer_is_kept()
    return found


def report() -> None:
    for connections in (64, 128):
        found = measure(connections)
        bare = median(part.per_second for part in found["bare uvicorn"])
        print(f"\n{connections} connections, {SLICES} slices of 2 s in turns (median, range)")
        for name, slices in found.items():
            rates = sorted(part.per_second for part in slices)
            print(
                f"  {name:13} {median(rates):8.0f}/s ({rates[0]:.0f} to {rates[-1]:.0f})"
                f"  share {median(rates) / bare:.2f}"
                f"  CPU {median(part.cpu_us for part in slices):4.0f} us"
                f"  p99 {median(part.p99_ms for part in slices):6.1f} ms"
            )
