"""The circuit breaker: an outage parks nothing, and a 429 holds up one chat or, from two chats, all."""

from bot.delivery.breaker import LONGEST_PAUSE, CircuitBreaker
from storage.claims import Ended, Outcome

ANNA, BEN, CARLA = 1001, 1002, 1003
DOUBT, SENT = Outcome(Ended.IN_DOUBT), Outcome(Ended.SENT, telegram_id=51)


def slow_down(seconds: float) -> Outcome:
    return Outcome(Ended.WAIT, wait=seconds)


def test_no_chat_waits_while_telegram_is_well() -> None:
    breaker = CircuitBreaker()
    breaker.record(SENT, ANNA, 10, 11)
    assert (breaker.wait(11), breaker.unsure) == (0, False)


def test_a_chat_that_is_told_to_wait_holds_up_no_other_chat() -> None:
    breaker = CircuitBreaker()
    breaker.record(slow_down(30), ANNA, 10, 10)
    breaker.record(slow_down(30), ANNA, 20, 20)
    assert breaker.wait(20) == 0


def test_two_chats_that_are_told_to_wait_at_the_same_time_stop_the_whole_bot() -> None:
    breaker = CircuitBreaker()
    breaker.record(slow_down(30), ANNA, 10, 10)
    breaker.record(slow_down(17), BEN, 11, 11)
    assert breaker.wait(11) == 17
    assert breaker.wait(28) == 0


def test_two_chats_that_are_told_to_wait_one_after_the_other_do_not() -> None:
    breaker = CircuitBreaker()
    breaker.record(slow_down(5), ANNA, 10, 10)
    breaker.record(slow_down(5), BEN, 15, 15)
    assert breaker.wait(15) == 0


def test_a_doubt_lasts_until_telegram_answers_anything_at_all() -> None:
    for answer in (SENT, Outcome(Ended.REFUSED), Outcome(Ended.UNREACHABLE), Outcome(Ended.GONE)):
        breaker = CircuitBreaker()
        breaker.record(DOUBT, ANNA, 10, 11)
        assert breaker.unsure
        breaker.record(answer, BEN, 12, 13)
        assert not breaker.unsure


def test_a_request_that_never_left_this_machine_does_not_end_a_doubt() -> None:
    breaker = CircuitBreaker()
    breaker.record(DOUBT, ANNA, 10, 11)
    breaker.record(Outcome(Ended.NOT_SENT), BEN, 12, 13)
    assert breaker.unsure


def test_doubts_about_attempts_at_the_same_time_count_once() -> None:
    breaker = CircuitBreaker()
    for chat in (ANNA, BEN, CARLA):
        breaker.record(DOUBT, chat, 10, 25)
    assert breaker.wait(25) == 1


def test_each_doubt_in_a_row_doubles_the_pause_up_to_a_minute() -> None:
    breaker, at, waits = CircuitBreaker(), 10.0, []
    for _ in range(9):
        breaker.record(DOUBT, ANNA, at, at + 0.5)
        waits.append(breaker.wait(at + 0.5))
        at += 0.5 + waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    breaker.record(SENT, ANNA, at, at + 1)
    assert (breaker.wait(at + 1), breaker.unsure) == (0, False)


def test_a_revoked_token_is_tried_twice_a_minute() -> None:
    breaker = CircuitBreaker()
    breaker.record(Outcome(Ended.REVOKED), ANNA, 10, 10)
    assert breaker.wait(10) == 30
