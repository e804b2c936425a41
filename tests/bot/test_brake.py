"""When everybody waits: an outage parks nothing, a 429 of two chats is everybody's, one chat's is its own."""

from bot.delivery.brake import SLOWEST, Brake
from storage.claims import Ended, Outcome

ANNA, BEN, CARLA = 1001, 1002, 1003
DOUBT, SENT = Outcome(Ended.IN_DOUBT), Outcome(Ended.SENT, telegram_id=51)


def slow_down(seconds: float) -> Outcome:
    return Outcome(Ended.WAIT, wait=seconds)


def test_nobody_waits_while_all_is_well() -> None:
    brake = Brake()
    brake.hear(SENT, ANNA, 10, 11)
    assert (brake.wait(11), brake.unsure) == (0, False)


def test_a_chat_that_is_told_to_wait_holds_nobody_else_up() -> None:
    brake = Brake()
    brake.hear(slow_down(30), ANNA, 10, 10)
    brake.hear(slow_down(30), ANNA, 20, 20)
    assert brake.wait(20) == 0


def test_two_chats_that_are_told_to_wait_at_the_same_time_are_the_whole_bot() -> None:
    brake = Brake()
    brake.hear(slow_down(30), ANNA, 10, 10)
    brake.hear(slow_down(17), BEN, 11, 11)
    assert brake.wait(11) == 17
    assert brake.wait(28) == 0


def test_one_after_the_other_they_are_not() -> None:
    brake = Brake()
    brake.hear(slow_down(5), ANNA, 10, 10)
    brake.hear(slow_down(5), BEN, 15, 15)
    assert brake.wait(15) == 0


def test_a_doubt_makes_unsure_until_telegram_answers_anything_at_all() -> None:
    for answer in (SENT, Outcome(Ended.REFUSED), Outcome(Ended.UNREACHABLE), Outcome(Ended.GONE)):
        brake = Brake()
        brake.hear(DOUBT, ANNA, 10, 11)
        assert brake.unsure
        brake.hear(answer, BEN, 12, 13)
        assert not brake.unsure


def test_what_never_left_this_machine_proves_nothing() -> None:
    brake = Brake()
    brake.hear(DOUBT, ANNA, 10, 11)
    brake.hear(Outcome(Ended.NOT_SENT), BEN, 12, 13)
    assert brake.unsure


def test_doubts_that_were_under_way_together_are_one() -> None:
    brake = Brake()
    for chat in (ANNA, BEN, CARLA):
        brake.hear(DOUBT, chat, 10, 25)
    assert brake.wait(25) == 1


def test_doubt_after_doubt_is_waited_out_longer_and_longer_and_a_minute_at_most() -> None:
    brake, at, waits = Brake(), 10.0, []
    for _ in range(9):
        brake.hear(DOUBT, ANNA, at, at + 0.5)
        waits.append(brake.wait(at + 0.5))
        at += 0.5 + waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, SLOWEST, SLOWEST, SLOWEST]
    brake.hear(SENT, ANNA, at, at + 1)
    assert (brake.wait(at + 1), brake.unsure) == (0, False)


def test_a_revoked_token_is_asked_about_twice_a_minute() -> None:
    brake = Brake()
    brake.hear(Outcome(Ended.REVOKED), ANNA, 10, 10)
    assert brake.wait(10) == 30
