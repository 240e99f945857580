"""Requirements on the opening pressure and the limits that count from it, to the pascal."""

import pytest

from manostat.core import codes
from manostat.core.tare import Tare

from .desk import Desk, numbers, unit_of


def tare_of(**changed: float) -> Tare:
    """The tare of the bench's own prescription, but for what is given."""
    return Desk(unit_of(**changed)).injector.tare


def test_a_tare_says_how_it_came_about():
    tare = tare_of()
    assert numbers(tare) == {"opening_pa": -1, "how": codes.OPENING_NONE}
    tare.go_on(False)
    assert tare.how == codes.OPENING_NONE
    tare.go_on(True)
    assert tare.how == codes.OPENING_NO_KNEE
    tare.lose()
    tare.give_up()
    assert tare.how == codes.OPENING_LOST
    assert tare.set(7) == 1
    tare.give_up()
    assert numbers(tare) == {"opening_pa": 7, "how": codes.OPENING_SET}
    tare.reset()
    assert numbers(tare) == {"opening_pa": -1, "how": codes.OPENING_NONE}


@pytest.mark.parametrize("flowed", [False, True])
def test_motion_begins_its_windows_anew_and_keeps_the_stiffness_of_the_line(flowed):
    tare = tare_of()
    for steps in range(300):
        tare.knee.feed(steps, 300 * steps)
    stiffness_pa = tare.knee.reference_pa
    tare.go_on(flowed)
    assert (tare.knee.begun_at, tare.knee.means, tare.knee.reference_pa) == (-1, 0, stiffness_pa)
    tare.reset()
    assert tare.knee.reference_pa == 0


@pytest.mark.parametrize(
    ("changed", "opening_pa", "limit_pa"),
    [
        ({"above_psi": 50, "line_psi": 80}, -1, 344_738),
        ({"above_psi": 50, "line_psi": 80}, 0, 344_738),
        ({"above_psi": 50, "line_psi": 80}, 1, 344_739),
        ({"above_psi": 50, "line_psi": 80}, 206_843, 344_738 + 206_843),
        ({"above_psi": 50, "line_psi": 80}, 206_842, 344_738 + 206_842),
        ({"above_psi": 50, "line_psi": 60}, 100_000, 413_685),
        ({"above_psi": 50, "line_psi": 40}, -1, 275_790),
        ({"above_psi": 5, "line_psi": 40, "mode": codes.PRIME}, -1, 275_790),
        ({"above_psi": 5, "line_psi": 40, "mode": codes.COMPLY}, 1000, 275_790),
        ({"mode": codes.RELIEVE, "volume_nl": 100_000}, -1, -268_435_456),
    ],
)
@pytest.mark.req("P-01", "P-02", "P-14")
def test_the_limit_is_the_lowest_of_those_in_force_to_the_pascal(changed, opening_pa, limit_pa):
    tare = tare_of(**changed)
    tare.opening_pa = opening_pa
    assert tare.limit_pa() == limit_pa


@pytest.mark.parametrize(
    ("line_pa", "limit_pa"), [(689_475, 689_475), (689_476, 689_476), (689_477, 689_476)]
)
@pytest.mark.req("P-01")
def test_the_ceiling_is_a_limit_even_of_a_page_that_nobody_validated(line_pa, limit_pa):
    tare = tare_of(mode=codes.PRIME)
    tare.rx.limit_line_pa = line_pa
    assert tare.limit_pa() == limit_pa


@pytest.mark.parametrize(
    ("settled", "value_pa", "how", "opening_pa"),
    [
        (1, 100_000, codes.OPENING_READ, 100_000),
        (1, 1, codes.OPENING_READ, 1),
        (1, 0, codes.OPENING_READ, 0),
        (1, -700, codes.OPENING_READ, 0),
        (1, 206_843, codes.OPENING_READ, 206_843),
        (1, 206_844, codes.OPENING_REFUSED, -1),
        (0, 100_000, codes.OPENING_UNSETTLED, -1),
        (0, 206_844, codes.OPENING_UNSETTLED, -1),
    ],
)
@pytest.mark.req("P-14")
def test_an_opening_is_read_up_to_30_psi_to_the_pascal_and_only_once_settled(
    settled, value_pa, how, opening_pa
):
    tare = tare_of()
    tare.settler.settled, tare.settler.value_pa = settled, value_pa
    tare.read()
    assert numbers(tare) == {"opening_pa": opening_pa, "how": how}


@pytest.mark.req("P-14")
def test_what_the_operator_set_is_not_read_over():
    tare = tare_of()
    assert tare.set(50_000) == 1
    tare.settler.settled, tare.settler.value_pa = 1, 40_000
    tare.read()
    assert numbers(tare) == {"opening_pa": 50_000, "how": codes.OPENING_SET}


@pytest.mark.req("P-14")
def test_a_mark_of_zero_is_a_mark_and_equal_ones_are_taken():
    tare = tare_of()
    assert [tare.set(value_pa) for value_pa in (9, 9, 0, 1, 0, -1)] == [1, 1, 1, 0, 1, 0]
    assert tare.opening_pa == 0


def test_a_tare_knows_nothing_when_it_is_built():
    knee = tare_of().knee
    knee.reference_pa = 5000
    tare = Tare(None, knee, None)
    assert numbers(tare) == {"opening_pa": -1, "how": codes.OPENING_NONE}
    assert knee.reference_pa == 0


def test_a_second_reading_takes_the_place_of_one_that_did_not_settle():
    tare = tare_of()
    tare.read()
    assert tare.how == codes.OPENING_UNSETTLED
    tare.settler.settled, tare.settler.value_pa = 1, 40_000
    tare.read()
    assert numbers(tare) == {"opening_pa": 40_000, "how": codes.OPENING_READ}
