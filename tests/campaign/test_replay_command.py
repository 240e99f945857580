"""`manostat campaign --replay`: which runs are made again, and what is said when one differs."""

from dataclasses import replace

import numpy as np
import pytest

from manostat_sim.campaign import breaking
from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.replay import kernel_ended, stage
from manostat_sim.campaign.sampler import short_run
from manostat_tools.campaign import replays
from manostat_tools.campaign import report as reporting
from manostat_tools.campaign.blocks import draws_at
from manostat_tools.campaign.margins import margins
from manostat_tools.campaign.quantities import quantities
from manostat_tools.cli import main
from manostat_tools.image.errors import ImageError

from .campaigns import BLOCK, MIX, RUNS, SEED
from .folder_of_campaign import write_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    draws = np.array([short_run(seed) for seed in range(1, 601)])
    return write_folder(tmp_path_factory.mktemp("worst"), draws, run_many(draws))


@pytest.fixture
def same(monkeypatch):
    """A board that ends as the kernel does."""
    monkeypatch.setattr(replays, "on_board", kernel_ended)


def test_the_worst_of_each_limit_come_first_and_then_of_each_quantity(folder):
    found, spread = margins(folder), quantities(folder)
    judged = [one for one in found if one.runs]
    order = list(replays.ranked(found, spread))
    firsts = {one.cases[0].run for one in judged} | {
        one.worst[0].run for one in spread if one.worst
    }
    assert set(order[: len(firsts)]) == firsts
    assert len(order) == len(set(order)) > len(firsts)
    broken = replace(judged[-1], margin=-1e9)
    assert next(iter(replays.ranked([*judged[:-1], broken], spread))) == broken.cases[0].run


def test_runs_that_can_be_staged_are_replayed_each_once_and_said(folder, same):
    said = []
    found = replays.replays(folder, 8, said.append)
    draws = draws_at(folder, [one.run for one in found])
    assert len(draws) == 8 and all(stage(draw) for draw in draws.values())
    assert {int(draw["fault_kind"]) for draw in draws.values()} - {breaking.NONE}
    for one, asked, told in zip(found, said[::2], said[1::2], strict=True):
        assert f"of 8: run {one.run}, " in asked and one.why.split(";")[0] in asked
        assert told == "  agrees: +0 steps, +0 Pa"


@pytest.fixture
def command(kept, monkeypatch, tmp_path):
    """The command for a campaign that is whole already, and what its report was given."""
    given = []
    monkeypatch.setattr(
        reporting, "report", lambda where, out, replayed: given.extend(replayed) or out
    )
    mix = tmp_path / "short.toml"
    mix.write_text(MIX.text, encoding="utf-8")
    numbers = ["--runs", str(RUNS), "--block-runs", str(BLOCK), "--seed", str(SEED)]
    return ["campaign", str(mix), *numbers, "--folder", str(kept)], given


def test_three_are_replayed_with_a_report_and_as_many_as_asked_for(command, same, capsys):
    arguments, given = command
    for more, runs in (([], 3), (["--replay", "2"], 2), (["--replay", "0"], 0)):
        assert main([*arguments, *more]) == 0
        assert len(given) == runs
        assert ("about a minute each" in capsys.readouterr().out) == bool(runs)
        given.clear()
    assert main([*arguments, "--no-report"]) == 0
    assert "worst runs" not in capsys.readouterr().out


def test_one_that_does_not_agree_is_said_and_ends_the_command_with_1(command, monkeypatch, capsys):
    arguments, given = command
    monkeypatch.setattr(
        replays, "on_board", lambda draw: kernel_ended(draw)._replace(peak_line_pa=9e4)
    )
    assert main([*arguments, "--replay", "1"]) == 1
    said = capsys.readouterr()
    assert "does NOT agree: +0 steps, +90000 Pa; campaign: no stop, 0 steps" in said.out
    assert f"do NOT agree on run {given[0].run} of" in said.err


def test_without_an_image_the_report_is_made_and_the_command_ends_with_1(
    command, monkeypatch, capsys
):
    def no_image(draw):
        raise ImageError("no compiler")

    arguments, given = command
    monkeypatch.setattr(replays, "on_board", no_image)
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert "NOT replayed, no image of the firmware: no compiler" in said.err
    assert "report: " in said.out and not given
