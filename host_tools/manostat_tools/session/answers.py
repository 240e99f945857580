"""Which answer is to which run: no rule uses one that is to another run than the one that counts.

Not a certified medical device.
"""

from collections.abc import Sequence

from manostat_tools.session.model import Concordance, Finding, Level, Response, Run, RunKind

INTO_DISC = frozenset({RunKind.INJECT, RunKind.STEP})
"""Shams, priming, compliance and relief never count."""


def injections(level: Level) -> tuple[Run, ...]:
    """The runs of a level that went into the disc, in order."""
    return tuple(run for run in level.runs if run.kind in INTO_DISC)


def response_to(level: Level, run: Run | None) -> Response | None:
    """The level's response, if it is to `run`."""
    return level.response if run and response_run(level) == run.number else None


def finding_of(level: Level, run: Run | None) -> Finding | None:
    """What the images showed of `run`, and not of another injection."""
    return level.finding if run and finding_run(level) == run.number else None


def response_run(level: Level) -> int | None:
    """Number of the run that the response is to; None: there is none, or that is not recorded."""
    return _of(level, level.responses_of) if level.response else None


def finding_run(level: Level) -> int | None:
    """The same of the finding."""
    return _of(level, level.findings_of) if level.finding else None


def finding_elsewhere(level: Level, run: Run) -> tuple[str, ...]:
    """That the Dallas grade is not of `run`; nothing if it is, or if there is none."""
    finding = level.finding
    if finding is None or finding.dallas is None or finding_of(level, run) is not None:
        return ()
    of = finding_run(level)
    was = f"of run {of}" if of else "of no injection that is recorded"
    return (f"the Dallas grade is {was}, not of run {run.number}, which counts: it is not used",)


def no_response(level: Level, run: Run) -> tuple[str, ...]:
    """Why `run` has no response; nothing if it has one."""
    if response_to(level, run) is not None:
        return ()
    if level.response is None:
        return ("no response recorded",)
    of = response_run(level)
    if of is None:
        return (f"not recorded whether the response is to run {run.number}, which counts",)
    to = f"run {of}" if of else "none that is recorded here"
    return (f"no response to run {run.number}, which counts: the last one is to {to}",)


def unclear_responses(level: Level) -> tuple[str, ...]:
    """What leaves it open to which run a response is."""
    said = []
    answered = [of for of, _ in _to_injections(level)]
    lacking = sum(run.number not in answered for run in injections(level))
    if answered and lacking > answered.count(None):
        said.append("fewer responses than injections: the response may be to an earlier one")
    if level.responded_past_sham:
        said.append("a sham run came before the response, which may be to that")
    return tuple(said)


def earlier_responses(level: Level) -> tuple[Response, ...]:
    """To earlier injections."""
    given = [response for _, response in _to_injections(level)]
    return tuple(given[:-1] if level.response is not None else given)


def hurt_in_sham(level: Level) -> bool:
    """Whether the patient answered a sham, in which nothing moved, with pain."""
    shams = {run.number for run in level.runs if run.kind is RunKind.SHAM}
    return any(
        of in shams and response.concordance is not Concordance.ABSENT
        for of, response in _given(level)
    )


def to_run(number: int) -> str:
    """Which run an answer is to, in words; 0: to none that is recorded in its level."""
    return f"of run {number}" if number else "of no run that is recorded"


def _given(level: Level) -> list[tuple[int | None, Response]]:
    """Every response with the number of its run; None: not recorded."""
    last = () if level.response is None else (level.response,)
    responses = (*level.earlier_responses, *last)
    of: Sequence[int | None] = level.responses_of or (None,) * len(responses)
    return list(zip(of, responses, strict=True))


def _to_injections(level: Level) -> list[tuple[int | None, Response]]:
    others = {run.number for run in level.runs if run.kind not in INTO_DISC}
    return [pair for pair in _given(level) if pair[0] not in others]


def _of(level: Level, of_runs: Sequence[int]) -> int | None:
    """Number of the run of the last answer. Where none is recorded an only injection is meant."""
    if of_runs:
        return of_runs[-1]
    runs = injections(level)
    return runs[0].number if len(runs) == 1 else None
