"""What the patient and the images said to a level, and its correction."""

from collections.abc import Sequence
from typing import Any

from manostat_tools.guide import questions as q
from manostat_tools.guide.answers import NoMoreAnswersError, WrongAnswerError
from manostat_tools.guide.progress import given
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import now
from manostat_tools.session import entries as e
from manostat_tools.session.corrections import apply
from manostat_tools.session.model import Finding, Level, Response

_NRS = Question("nrs", "Pain now, 0 to 10; - if not asked", q.or_none(q.whole(0, 10)))
_CONCORDANCE = Question(
    "concordance", "Is it the usual pain: concordant, discordant, or absent", q.concordance
)
_LASTED = Question(
    "lasted", "How long it lasted, s; - if not recorded", q.or_none(q.number(0, 3600, "s"))
)
_QUOTE = Question("quote", "The patient's own words; empty: none", q.words)
_PATTERN = Question("pattern", "Contrast pattern; empty: not recorded", q.words)
_DALLAS = Question(
    "dallas", "Modified Dallas grade, 0 to 5; - if not known", q.or_none(q.whole(0, 5))
)
_RESPONSE: tuple[Question[Any], ...] = (_NRS, _CONCORDANCE, _LASTED, _QUOTE)
_FINDING: tuple[Question[Any], ...] = (_PATTERN, _DALLAS)
_NOTE = Question("note", "Note; empty: none", q.text)
_WHY = Question("why", "Why is it corrected", q.name)
_UNCHANGED = "nothing was changed"


def answers(scene: Scene, order: int) -> None:
    """To the newest injection: the patient's response, then what the images show."""
    progress = scene.talk.progress()
    level = scene.level(order)
    scene.screen.head(f"Level {order}: {level.name}: response and findings")
    if order not in progress.responded:
        response = _response(_all_of(scene, order, _RESPONSE))
        scene.add(e.Responded(host_utc=now(), level=order, response=response))
        _contradiction(scene, level, response)
    if order not in progress.found:
        finding = _finding(_all_of(scene, order, _FINDING))
        scene.add(e.Found(host_utc=now(), level=order, finding=finding))
        note(scene, order, _NOTE)


def note(scene: Scene, order: int, question: "Question[str]" = _NOTE, before: str = "") -> None:
    """A note of the level, unless nothing was answered."""
    if text := scene.screen.ask(question):
        by = scene.session.operator
        scene.add(e.Noted(host_utc=now(), level=order, text=before + text, by=by))


def correct(scene: Scene, order: int) -> None:
    """Ask all of it again, with what stands as the usual answer. What was said stays beside it."""
    level = scene.level(order)
    said = _standing(scene, order)
    instead: dict[int, e.Responded | e.Found] = {}
    for number, entry in said.items():
        if isinstance(entry, e.Responded):
            response = _response(_again(scene, _RESPONSE, _typed_response(entry.response)))
            if response != entry.response:
                instead[number] = entry.model_copy(update={"response": response})
                _contradiction(scene, level, response)
        else:
            finding = _finding(_again(scene, _FINDING, _typed_finding(entry.finding)))
            if finding != entry.finding:
                instead[number] = entry.model_copy(update={"finding": finding})
    if not instead:
        scene.screen.say(_UNCHANGED)
        return
    why = scene.screen.ask(_WHY)
    for number, entry in instead.items():
        scene.add(
            e.Correction(
                host_utc=now(),
                entry=number,
                wrong="an answer was not right",
                by=scene.session.operator,
                why=why,
                instead=entry,
            )
        )


def _standing(scene: Scene, order: int) -> dict[int, e.Responded | e.Found]:
    """The newest response and the newest finding of a level, by number of their entry."""
    newest: dict[type, tuple[int, e.Responded | e.Found]] = {}
    for number, entry in apply(scene.talk.store.session_entries(scene.talk.name)).standing:
        if isinstance(entry, e.Responded | e.Found) and entry.level == order:
            newest[type(entry)] = (number, entry)
    return dict(newest.values())


def _response(values: Sequence[Any]) -> Response:
    intensity, concordance, persisted_s, quote = values
    return Response(
        intensity=intensity, concordance=concordance, persisted_s=persisted_s, quote=quote
    )


def _finding(values: Sequence[Any]) -> Finding:
    pattern, dallas = values
    return Finding(pattern=pattern, dallas=dallas)


def _typed_response(of: Response) -> tuple[str, ...]:
    lasted = None if of.persisted_s is None else f"{of.persisted_s:g}"
    return _typed(of.intensity), str(of.concordance), _typed(lasted), of.quote


def _typed_finding(of: Finding) -> tuple[str, ...]:
    return of.pattern, _typed(of.dallas)


def _typed(value: object) -> str:
    return "-" if value is None else str(value)


def _again(scene: Scene, questions: Sequence[Question[Any]], before: Sequence[str]) -> list[Any]:
    """An empty answer is the one before; "-" empties what holds words too."""
    return [
        scene.screen.ask(Question(question.id, _with_none(question, typed), question.read, typed))
        for question, typed in zip(questions, before, strict=True)
    ]


def _with_none(question: Question[Any], typed: str) -> str:
    """Where an empty answer is no longer none."""
    if question.read is not q.words or not typed:
        return question.text
    return f"{question.text.partition(';')[0]}; -: none"


def _all_of(scene: Scene, order: int, questions: Sequence[Question[Any]]) -> list[Any]:
    """The answer to each. What was answered when the program ended before is not asked again."""
    said = dict(scene.talk.progress().given.get(order, {}))
    try:
        for question in questions:
            if question.id in said:
                scene.screen.say(f"{question.text}: {said[question.id]} (answered before)")
            else:
                said[question.id] = scene.screen.said(question)
    except (KeyboardInterrupt, NoMoreAnswersError, WrongAnswerError):
        if said:
            scene.talk.event(given(order, said))
        raise
    return [question.value(said[question.id]) for question in questions]


def _contradiction(scene: Scene, level: Level, response: Response) -> None:
    """What is told in time to be corrected: button and words that disagree."""
    pressed = bool(level.runs and level.runs[-1].marks)
    absent = response.concordance == "absent"
    if pressed and absent:
        scene.screen.warn(
            "the button was pressed, and the response says no pain: no rule will grade"
        )
    if not absent and response.intensity == 0:
        scene.screen.warn("pain of 0, and not absent: is that right?")
