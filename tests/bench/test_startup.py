"""The modules that `python -X importtime` lists are told apart: the product's and the libraries'."""

from bench.startup import third_party

TOLD = """\
import time: self [us] | cumulative | imported package
import time:       120 |        120 |   encodings.aliases
import time:        80 |         80 |     sqlalchemy.util
import time:       900 |        980 |   sqlalchemy
import time:        40 |         40 |     tracking.facts
import time:        50 |         90 |   storage.tables
Serving http://127.0.0.1:8000
import time:        10 |         10 | uvloop.loop
import time:        10 |         10 | sqlalchemy
"""


def test_only_libraries_count_and_each_module_once_in_the_order_of_its_import() -> None:
    assert third_party(TOLD) == ["sqlalchemy.util", "sqlalchemy", "uvloop.loop"]
