"""Every attack can be made alone, and its product and its witness are real."""

from pathlib import Path

import pytest

from bench import kept
from bench.attacks.__main__ import ATTACKS, main
from bench.attacks.clients import connections, request, send
from bench.attacks.target import target
from bench.attacks.witness import witness


def test_an_unknown_attack_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["siege"])
    assert f"there is no attack siege; choose from {', '.join(ATTACKS)}" in capsys.readouterr().err


def test_the_witness_opens_a_mail_beside_an_attack_and_sees_the_memory_of_what_is_attacked(
    tmp_path: Path,
) -> None:
    with target(tmp_path) as attacked:
        url = attacked.product.new_pixel_url()
        with witness(url, {"pixel server": attacked.pixel_server.pid}) as beside:
            with connections(attacked.port, 3) as wires:
                asked = request(url.removeprefix(attacked.product.url))
                assert [send(wire, asked) for wire in wires] == [len(asked)] * 3
                for wire in wires:
                    wire.settimeout(30)
                    assert wire.recv(100).startswith(b"HTTP/1.1 200")
            seen = beside.end()
        assert seen.failed == 0
        assert seen.memory.keys() == {"pixel server"}
        kept.check_counts(attacked.product.engine)
        attacked.product.engine.dispose()
