"""When the patient presses."""

import pytest

from manostat_sim.patient import PA_PER_PSI, Patient


def presses(patient: Patient, pressure_psi, seconds: float, tick_us: int = 2000) -> list[int]:
    """Times (us) at which the patient presses, for a pressure over time in psi above opening."""
    return [
        now_us
        for now_us in range(0, round(seconds * 1e6), tick_us)
        if patient.advance(now_us, pressure_psi(now_us / 1e6) * PA_PER_PSI, 0.0)
    ]


def test_patient_presses_one_reaction_after_the_threshold_and_holds():
    patient = Patient("concordant", threshold_psi=12.0, reaction_s=0.8, press_s=0.5)
    times = presses(patient, lambda s: 2.0 * s, 15.0)
    assert patient.crossed_us == 6_000_000
    assert times[0] == 6_800_000
    assert times[-1] == 7_298_000
    assert len(times) == 250


def test_patient_without_pain_never_presses():
    assert presses(Patient("absent"), lambda s: 1e4, 5.0) == []


def test_pain_below_the_threshold_is_none():
    assert presses(Patient("concordant", threshold_psi=12.0), lambda s: 11.99, 10.0) == []


def test_pain_that_began_is_told_even_when_the_pressure_falls_before_the_press():
    patient = Patient("discordant", threshold_psi=12.0, reaction_s=2.0)
    times = presses(patient, lambda s: 13.0 if 1.0 <= s < 1.1 else 0.0, 6.0)
    assert times[0] == 3_000_000


def test_lasting_pain_is_one_press_and_new_pain_another():
    patient = Patient("concordant", threshold_psi=12.0, reaction_s=0.5, press_s=0.5)
    lasting = presses(patient, lambda s: 20.0, 10.0)
    assert len(lasting) == 250
    patient = Patient("concordant", threshold_psi=12.0, reaction_s=0.5, press_s=0.5)
    twice = presses(patient, lambda s: 20.0 if s < 3.0 or s > 6.0 else 5.0, 10.0)
    assert len(twice) == 500


def test_ripple_around_the_threshold_is_one_pain():
    patient = Patient("concordant", threshold_psi=12.0, reaction_s=0.5, press_s=0.1)
    times = presses(patient, lambda s: 12.1 if int(s * 10) % 2 else 11.9, 10.0)
    assert len(times) == 50


def test_pain_can_come_at_a_volume():
    patient = Patient("concordant", threshold_nl=500_000.0, reaction_s=0.5)
    assert not patient.advance(0, 0.0, 499_999.0)
    assert not patient.advance(2000, 0.0, 500_000.0)
    assert patient.advance(502_000, 0.0, 500_000.0)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="concordant"):
        Patient("severe")  # type: ignore[arg-type]
