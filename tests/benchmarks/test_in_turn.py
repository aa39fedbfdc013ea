"""Two that are compared are run in turn, so that a busy machine is as busy for both."""

from benchmarks.picker import WARM_UP, repeat_in_turn


def test_two_take_turns_and_run_equally_often() -> None:
    order: list[str] = []

    first, second = repeat_in_turn(
        lambda: order.append("first"), lambda: order.append("second"), seconds=0, most=5
    )

    assert order == ["first", "second"] * (len(order) // 2)
    assert first.runs == second.runs == len(order) // 2 - WARM_UP
