"""The order of request, flush and answer in a trace of system calls."""

from bench.durability import read_trace

WAL = "4</data/readback.db-wal>"
TERESA, LUIS = "21<socket:[1]>", "22<socket:[2]>"


def get(who: str) -> str:
    return f'100 read({who}, "GET /i/hTocRNpRw"..., 256000) = 69'


def ok(who: str) -> str:
    return f'100 write({who}, "HTTP/1.1 200 OK\\r"..., 246) = 246'


FLUSH = f"101 fdatasync({WAL}) = 0"
BEGIN = f"101 fdatasync({WAL} <unfinished ...>"
END = "101 <... fdatasync resumed>) = 0"


def test_an_answer_after_its_flush_is_in_order() -> None:
    assert read_trace([get(TERESA), FLUSH, ok(TERESA)]) == (1, 0, 1)


def test_an_answer_without_a_flush_is_early() -> None:
    assert read_trace([get(TERESA), ok(TERESA)]) == (1, 1, 0)


def test_a_flush_that_began_before_the_request_does_not_count_for_it() -> None:
    assert read_trace([get(TERESA), BEGIN, get(LUIS), END, ok(TERESA), ok(LUIS)]) == (2, 1, 1)


def test_a_flush_that_has_not_ended_does_not_count() -> None:
    assert read_trace([get(TERESA), BEGIN, ok(TERESA), END]) == (1, 1, 1)


def test_a_flush_that_failed_does_not_count() -> None:
    failed = f"101 fdatasync({WAL}) = -1 EIO (Input/output error)"
    assert read_trace([get(TERESA), failed, ok(TERESA)]) == (1, 1, 0)


def test_a_flush_of_another_file_does_not_count() -> None:
    other = "101 fdatasync(5</data/readback.db>) = 0"
    assert read_trace([get(TERESA), other, ok(TERESA)]) == (1, 1, 0)


def test_a_request_whose_reading_was_interrupted_in_the_trace_counts_from_its_end() -> None:
    begun = f"100 read({TERESA},  <unfinished ...>"
    resumed = '100 <... read resumed>"GET /i/hTocRNpRw"..., 256000) = 69'
    assert read_trace([begun, FLUSH, resumed, ok(TERESA)]) == (1, 1, 1)
    assert read_trace([begun, resumed, FLUSH, ok(TERESA)]) == (1, 0, 1)


def test_the_next_request_of_a_connection_needs_a_flush_of_its_own() -> None:
    trace = [get(TERESA), FLUSH, ok(TERESA), get(TERESA), ok(TERESA)]
    assert read_trace(trace) == (2, 1, 1)
