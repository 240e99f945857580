"""All reachable states of operator, guard, injector, lock-out and alarm, each of them judged.

Runs the core's own classes, not a model of them: `subject.py` ticks a real `Pump`, `letters.py` is
the alphabet of what may come in, `referee.py` judges every tick by the invariants of
`invariants.py`, `abstraction.py` and `rules.py` say which pumps count as the same, `search.py` goes
through all of them. What the abstraction loses stands in `rules.py`; timers and volumes are
shortened as `times.py` and `subject.py` say.

    from manostat_sim.exhaustion.search import explore
    found = explore(codes.INJECT)
    print(found.states, found.transitions, found.findings)
"""
