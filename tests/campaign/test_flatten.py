"""A tree of objects as functions over one record: what is seen through, and what is refused."""

import inspect

import numpy as np
import pytest

from manostat_sim.campaign.flatten import Flat, flatten
from manostat_sim.campaign.layout import Layout
from manostat_sim.campaign.names import FlattenError
from manostat_sim.campaign.uncompiled import plain_record

from .toys import Arithmetic, Slip, Toy

TICKS = 20


def functions(flat: Flat) -> dict:
    scope: dict = {}
    exec(compile(flat.text, "generated", "exec"), scope)
    return scope


def test_generated_functions_do_what_the_methods_do():
    toy = Toy()
    flat = flatten(toy, ["tick"])
    record = plain_record(flat.layout, flat.layout.pack(toy))
    tick = functions(flat)[flat.entries["tick"]]
    for _ in range(TICKS):
        toy.tick()
        tick(record)
        assert vars(record) == vars(plain_record(flat.layout, flat.layout.pack(toy)))
    assert toy.count == TICKS and toy.last.taken == TICKS - 1 and toy.first.taken == 1


def test_two_attributes_that_are_one_object_are_one_place():
    layout = Layout(Toy())
    assert layout.field_of("same.pa") == layout.field_of("line.pa") == "line_pa"
    assert len([name for name in layout.dtype.names or () if name.endswith("pa")]) == 1


def test_numbers_keep_their_kind_and_buffers_their_length():
    dtype = Layout(Toy()).dtype
    assert dtype["line_root"] == np.float64
    assert dtype["line_pa"] == np.int64
    assert dtype["line_samples"].shape == (4,)


def test_paths_that_would_be_one_name_are_two_fields():
    class Outer:
        def __init__(self) -> None:
            self.a_b = 1
            self.a = Inner()

    class Inner:
        def __init__(self) -> None:
            self.b = 2

    layout = Layout(Outer())
    assert layout.field_of("a_b") != layout.field_of("a.b")
    assert layout.pack(Outer())[layout.field_of("a.b")] == 2


def test_text_is_the_same_each_time():
    assert flatten(Toy(), ["tick"]).text == flatten(Toy(), ["tick"]).text


def test_another_shape_is_not_packed():
    layout = Layout(Toy())
    toy = Toy()
    toy.first = toy.line  # type: ignore[assignment]
    with pytest.raises(TypeError, match="first is a Line, not Mark"):
        layout.pack(toy)


def test_what_the_text_was_written_for_is_asked_of_what_is_packed():
    layout = Layout(Toy())
    toy = Toy()
    toy.kind = "fancy"
    with pytest.raises(TypeError, match="kind is not 'plain'"):
        layout.pack(toy)
    toy = Toy()
    toy.same = Toy().line
    with pytest.raises(TypeError, match="same is another object than line"):
        layout.pack(toy)


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("unknown", "Slip has no attribute nothing"),
        ("rebinds", "only a name may take it"),
        ("tries", "try has no flat form"),
        ("text_as_number", "self.kind is no number"),
        ("method_as_number", "self.tick is no number"),
        ("either_way", "mark"),
        ("makes", "cannot be called"),
    ],
)
def test_what_has_no_flat_form_is_said_with_its_place(method: str, said: str):
    first = inspect.getsourcelines(getattr(Slip, method))[1]
    with pytest.raises(FlattenError, match=r"toys\.py:\d+: .*" + said) as raised:
        flatten(Slip(), [method])
    line = int(str(raised.value).split("toys.py:")[1].split(":")[0])
    assert first < line <= first + 6


def test_a_function_that_calls_itself_is_refused():
    with pytest.raises(TypeError, match="calls itself"):
        flatten(Slip(), ["calls_itself"])


def test_compiled_integers_divide_and_shift_like_pythons():
    numba = pytest.importorskip("numba")
    plain = Arithmetic()
    flat = flatten(plain, ["tick"])
    tick = numba.njit(error_model="numpy")(functions(flat)[flat.entries["tick"]])
    records = np.array([flat.layout.pack(plain)])
    for value in (*range(-40, 41), -(2**30), 2**30 - 1):
        for by in (7, -7, 1, -3):
            plain.value, plain.by = value, by
            records["value"], records["by"] = value, by
            plain.tick()
            tick(records[0])
            assert records[0].tobytes() == flat.layout.pack(plain).tobytes()
