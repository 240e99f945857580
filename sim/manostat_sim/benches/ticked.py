"""Benches without pins: the core alone, on the same world, with the lease mirrored."""

from abc import abstractmethod
from typing import Any

from manostat.core.codes import BIT_INTENT, BIT_LATCHED, RELIEVE
from manostat.core.inputs import Inputs
from manostat_sim.benches.base import Bench, Edge, Unit
from manostat_sim.lease_model import LeaseModel
from manostat_sim.scenarios import Scenario
from manostat_sim.telemetry import TickFrame

TICK_US = 2000
BOOT_US = 500_000
SAMPLE_US = 60  # into the tick, where the emulated board reads the line sensor
DECIDE_US = 720  # into the tick, about where its first step comes out
_LONGEST_US = 65535


class TickedBench(Bench):
    """Calls `_decide` once per 2 ms of virtual time."""

    def __init__(self, of: Scenario | str, unit: Unit, seed: int | None = None) -> None:
        super().__init__(of, unit, seed)
        self.inputs = Inputs()
        self._frames: list[TickFrame] = []
        self._step_edges: list[Edge] = []
        self._enable_edges: list[Edge] = []
        self._lease = LeaseModel(self._on_step)
        self._next_us = 0
        self._last_us = 0
        self._inputs_read = False
        self._step_shorted = False
        self._ticks = 0
        self._running = 0
        self._refused = 0
        self._powered = False

    @abstractmethod
    def _boot(self) -> None:
        """Build the near side anew."""

    @abstractmethod
    def _decide(self, inputs: Inputs) -> Any:
        """One tick of the core: what has the attributes in "Outputs" of docs/design.md."""

    def power_on(self) -> None:
        self._boot()
        self._powered = True
        self._next_us = self.now_us + BOOT_US
        self._last_us = self._next_us - TICK_US
        self._inputs_read = False
        self.advance_to(self._next_us)

    def power_off(self) -> None:
        self._powered = False
        self._lease.stop()
        self.world.enable_n = 1

    def stall(self, seconds: float) -> None:
        self._next_us += round(seconds * 1e6)
        self.advance(seconds)

    def short_step(self) -> None:
        self._step_shorted = True

    def frames(self) -> list[TickFrame]:
        return self._frames

    def edges(self, signal: str) -> list[Edge]:
        table = {"STEP": self._step_edges, "ENABLE_N": self._enable_edges}
        if signal not in table:
            raise KeyError(f"the {self.name} bench has no pin {signal!r}, only {', '.join(table)}")
        return table[signal]

    def _on_step(self, at_us: int) -> None:
        if self._step_shorted:
            return
        self.world.advance(at_us)
        self._step_edges.append(Edge(at_us, 1))
        self.world.step(-1 if self.unit[0] == RELIEVE else 1)

    def _wires_changed(self) -> None:
        self._lease.permit(self.world.wiring.levels["PERMIT"], self.now_us)

    def _run_to(self, to_us: int) -> None:
        while self._powered and self._due_us <= to_us:
            self._move_to(max(self._due_us, self.now_us))
            if self._inputs_read:
                self._obey(self._decide(self.inputs))
                self._next_us += TICK_US
            else:
                self._read_inputs(self._next_us)
            self._inputs_read = not self._inputs_read
        self._move_to(to_us)

    @property
    def _due_us(self) -> int:
        return self._next_us + (DECIDE_US if self._inputs_read else SAMPLE_US)

    def _move_to(self, to_us: int) -> None:
        self._lease.advance(to_us)
        self.world.advance(to_us)

    def _read_inputs(self, tick_us: int) -> None:
        world, inputs = self.world, self.inputs
        inputs.elapsed_us = min(tick_us - self._last_us, _LONGEST_US)
        self._last_us = tick_us
        raw, inputs.line_status = world.line_sample()
        if inputs.line_status != 4:
            inputs.line_raw = raw
        counts = world.second_sample_12()
        inputs.second_raw = counts << 4 | counts >> 8
        inputs.switches = world.wiring.bits | BIT_INTENT  # there is no journal to wait for
        if self._lease.latched:
            inputs.switches |= BIT_LATCHED
        made = self._lease.made()
        inputs.made = 0 if self._step_shorted else made
        inputs.refused = self._refused

    def _obey(self, decision: Any) -> None:
        now_us, inputs = self.now_us, self.inputs
        self._refused = 0
        if decision.start_lease:
            self._lease.start(now_us, self.world.wiring.levels["PERMIT"])
        elif decision.grant and not self._lease.renew(
            decision.grant, TICK_US // decision.grant, now_us
        ):
            self._refused = decision.grant
        if self._running and not decision.running:
            self._lease.stop()
        self._running = decision.running
        if self.world.enable_n != 1 - decision.enable:
            self.world.enable_n = 1 - decision.enable
            self._enable_edges.append(Edge(now_us, self.world.enable_n))
        self._ticks += 1
        self._frames.append(
            TickFrame(
                self._ticks & 0xFFFF,
                inputs.elapsed_us,
                inputs.line_raw,
                inputs.line_status,
                inputs.second_raw,
                inputs.switches,
                inputs.made,
                inputs.refused,
                decision.state,
                decision.reason,
                decision.grant,
                decision.fault,
                decision.pressure_pa,
                decision.steps,
                decision.opening_pa,
            )
        )
