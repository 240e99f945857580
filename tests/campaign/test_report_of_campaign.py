"""The page about a campaign: self-contained, and it says what the numbers are."""

from html.parser import HTMLParser

import numpy as np
import pytest

from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.sampler import long_run
from manostat_tools.campaign import report as module
from manostat_tools.campaign.blocks import digest
from manostat_tools.campaign.groups import DISC_NAMES, NEEDLE_NAMES, groups
from manostat_tools.campaign.margins import margins
from manostat_tools.campaign.one_run import traced
from manostat_tools.campaign.report import report

from .folder_of_campaign import write_folder

RUNS = 60


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    draws = np.array([long_run(seed) for seed in range(1, RUNS + 1)])
    draws["fault_kind"][: RUNS // 2] = 0
    outcomes = run_many(draws)
    return write_folder(tmp_path_factory.mktemp("campaign"), draws, outcomes, 25), draws, outcomes


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


def test_discs_and_needles_are_told_from_what_was_drawn(campaign):
    discs, needles = groups(campaign[0])
    assert [group.name for group in discs] == list(DISC_NAMES)
    assert [group.name for group in needles] == list(NEEDLE_NAMES)
    _, draws, _ = campaign
    whole = int((draws["fault_kind"] == 0).sum())
    assert sum(group.runs for group in discs) == whole
    thin = draws["plant_warm_pa_s_per_nl"] / draws["plant_cold_pa_s_per_nl"] > 0.56
    by_name = {group.name: group.runs for group in needles}
    at_240 = int((thin & (draws["fault_kind"] == 0)).sum())
    assert by_name["22G x 152 mm, contrast 240"] == at_240
    assert by_name["22G x 152 mm, contrast 300"] == whole - at_240


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
