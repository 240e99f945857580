"""The page about a campaign: self-contained, and it says what the numbers are."""

from html.parser import HTMLParser

import numpy as np
import pytest

from manostat.core import codes
from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.sampler import long_run
from manostat_sim.plant.plant import PATH_DISC
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign import report as module
from manostat_tools.campaign.blocks import digest
from manostat_tools.campaign.false_alarms import false_alarms
from manostat_tools.campaign.groups import BY, groups
from manostat_tools.campaign.margins import margins, margins_by
from manostat_tools.campaign.one_run import traced
from manostat_tools.campaign.report import report

from .folder_of_campaign import NEEDLE, write_folder

RUNS = 60


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    draws = np.array([long_run(seed) for seed in range(1, RUNS + 1)])
    draws["fault_kind"][: RUNS // 2] = 0
    outcomes = run_many(draws)
    grades = np.where(np.arange(RUNS) % 2 == 0, "dallas-1", "dallas-5")
    folder = tmp_path_factory.mktemp("campaign")
    write_folder(folder, draws, outcomes, 25, {"mix_grade": grades})
    return folder, draws, outcomes


class Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


@pytest.fixture(scope="module")
def page(campaign, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "deep" / "report.html"
    assert report(campaign[0], out, studies=False) == out
    return out.read_text(encoding="utf-8")


def test_it_needs_nothing_else(page):
    parser = Addresses()
    parser.feed(page)
    assert all(address.startswith("#") for address in parser.found)
    assert "http" not in page.replace("https://doi.org", "")


def test_it_says_what_it_is_and_is_not(page, campaign):
    assert "not a certified medical device" in page
    assert digest(campaign[0]) in page
    assert f"Campaign of {RUNS} virtual injections" in page
    for section in (
        "Margin to each limit",
        "Overshoot by disc and by needle",
        "Overshoot, latency, volume and errors",
        "Faults that were named with nothing broken",
        "The worst runs in full",
        "What it does not show",
    ):
        assert section in page


def test_it_names_every_limit_and_its_worst_run(page, campaign):
    for margin in margins(campaign[0]):
        assert f"{margin.requirement}: {margin.judged.of}" in page
        if margin.cases:
            assert f"{margin.cases[0].run} ({margin.cases[0].seed})" in page


def test_equal_campaigns_give_equal_pages(campaign, page, tmp_path):
    again = report(campaign[0], tmp_path / "again.html", studies=False)
    assert again.read_text(encoding="utf-8") == page


def test_studies_are_made_when_asked_for(campaign, tmp_path, monkeypatch):
    made = []

    def section(name):
        def make(*_):
            made.append(name)
            return module.limits_section()

        return make

    for name in ("drivers_section", "rare_section", "against_section"):
        monkeypatch.setattr(module, name, section(name))
    monkeypatch.setattr(module, "render", lambda page: page.title)
    report(campaign[0], tmp_path / "all.html")
    assert made == ["drivers_section", "rare_section", "against_section"]


def test_discs_and_needles_are_those_that_were_drawn(campaign):
    discs, needles = groups(campaign[0])
    _, draws, _ = campaign
    whole = (draws["fault_kind"] == 0) & np.isin(draws["mode"], (codes.INJECT, codes.STEP))
    by_grade = {group.name: group.runs for group in discs if group.runs}
    assert by_grade == {
        "Dallas 1": int(whole[::2].sum()),
        "Dallas 5": int(whole[1::2].sum()),
    }
    assert {group.name: group.runs for group in needles if group.runs} == {NEEDLE: whole.sum()}


def test_a_margin_of_a_group_is_the_worst_of_its_runs(campaign):
    folder, _, outcomes = campaign
    found, by = margins_by(folder, BY)
    opening = [one.judged.requirement for one in found].index("P-14")
    of_grade = {name: of[opening].worst for name, of in by["mix_grade"].items() if of[opening].runs}
    read = outcomes["opening_how"] == codes.OPENING_READ
    psi = np.where(read, outcomes["opening_pa"] / PA_PER_PSI, 0.0)
    assert of_grade == {"dallas-1": psi[::2].max(), "dallas-5": psi[1::2].max()}
    assert repr(found) == repr(margins(folder)), "NaN is not equal to itself"


def test_a_false_occlusion_is_counted_by_the_needle_s_drop(campaign, tmp_path):
    _, draws, outcomes = (each.copy() if hasattr(each, "copy") else each for each in campaign)
    outcomes["fault"], draws["fault_kind"], draws["mode"] = 0, 0, codes.INJECT
    draws["plant_path"] = PATH_DISC
    draws["rate_nl_s"], draws["plant_cold_pa_s_per_nl"] = 50_000, 11.0 * PA_PER_PSI / 50_000
    outcomes["fault"][:7] = codes.OCCLUSION
    draws["fault_kind"][0] = 1
    draws["plant_cold_pa_s_per_nl"][5:9] = 26.0 * PA_PER_PSI / 50_000
    found = false_alarms(write_folder(tmp_path, draws, outcomes))
    assert found.runs == RUNS - 1
    assert found.named == {codes.OCCLUSION: 6}
    assert found.of_drop == (0, RUNS - 5, 0, 4, 0, 0)
    assert found.occluded == (0, 4, 0, 2, 0, 0)


def test_a_trace_ends_where_the_outcome_does(campaign):
    _, draws, outcomes = campaign
    stopped = int(np.flatnonzero(outcomes["stopped_us"] >= 0)[0])
    run = traced(draws[stopped])
    assert run.steps[-1] == outcomes["steps"][stopped]
    # A decision is 0.72 ms into its tick.
    assert run.stop_s == pytest.approx((outcomes["stopped_us"][stopped] - 720) / 1e6)


def test_no_campaign_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no Parquet file"):
        report(tmp_path, tmp_path / "x.html", studies=False)
