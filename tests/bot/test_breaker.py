"""When everybody waits: an outage parks nothing, a 429 of two chats is everybody's, one chat's is its own."""

from bot.delivery.breaker import SLOWEST, CircuitBreaker
from storage.claims import Ended, Outcome

ANNA, BEN, CARLA = 1001, 1002, 1003
DOUBT, SENT = Outcome(Ended.IN_DOUBT), Outcome(Ended.SENT, telegram_id=51)


def slow_down(seconds: float) -> Outcome:
    return Outcome(Ended.WAIT, wait=seconds)


def test_nobody_waits_while_all_is_well() -> None:
    breaker = CircuitBreaker()
    breaker.hear(SENT, ANNA, 10, 11)
    assert (breaker.wait(11), breaker.unsure) == (0, False)


def test_a_chat_that_is_told_to_wait_holds_nobody_else_up() -> None:
    breaker = CircuitBreaker()
    breaker.hear(slow_down(30), ANNA, 10, 10)
    breaker.hear(slow_down(30), ANNA, 20, 20)
    assert breaker.wait(20) == 0


def test_two_chats_that_are_told_to_wait_at_the_same_time_are_the_whole_bot() -> None:
    breaker = CircuitBreaker()
    breaker.hear(slow_down(30), ANNA, 10, 10)
    breaker.hear(slow_down(17), BEN, 11, 11)
    assert breaker.wait(11) == 17
    assert breaker.wait(28) == 0


def test_one_after_the_other_they_are_not() -> None:
    breaker = CircuitBreaker()
    breaker.hear(slow_down(5), ANNA, 10, 10)
    breaker.hear(slow_down(5), BEN, 15, 15)
    assert breaker.wait(15) == 0


def test_a_doubt_makes_unsure_until_telegram_answers_anything_at_all() -> None:
    for answer in (SENT, Outcome(Ended.REFUSED), Outcome(Ended.UNREACHABLE), Outcome(Ended.GONE)):
        breaker = CircuitBreaker()
        breaker.hear(DOUBT, ANNA, 10, 11)
        assert breaker.unsure
        breaker.hear(answer, BEN, 12, 13)
        assert not breaker.unsure


def test_what_never_left_this_machine_proves_nothing() -> None:
    breaker = CircuitBreaker()
    breaker.hear(DOUBT, ANNA, 10, 11)
    breaker.hear(Outcome(Ended.NOT_SENT), BEN, 12, 13)
    assert breaker.unsure


def test_doubts_that_were_under_way_together_are_one() -> None:
    breaker = CircuitBreaker()
    for chat in (ANNA, BEN, CARLA):
        breaker.hear(DOUBT, chat, 10, 25)
    assert breaker.wait(25) == 1


def test_doubt_after_doubt_is_waited_out_longer_and_longer_and_a_minute_at_most() -> None:
    breaker, at, waits = CircuitBreaker(), 10.0, []
    for _ in range(9):
        breaker.hear(DOUBT, ANNA, at, at + 0.5)
        waits.append(breaker.wait(at + 0.5))
        at += 0.5 + waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, SLOWEST, SLOWEST, SLOWEST]
    breaker.hear(SENT, ANNA, at, at + 1)
    assert (breaker.wait(at + 1), breaker.unsure) == (0, False)


def test_a_revoked_token_is_asked_about_twice_a_minute() -> None:
    breaker = CircuitBreaker()
    breaker.hear(Outcome(Ended.REVOKED), ANNA, 10, 10)
    assert breaker.wait(10) == 30
