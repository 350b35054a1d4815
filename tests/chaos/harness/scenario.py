"""Scenario: a named run with a verdict. `@scenario(...)` enters one in the table that tests/chaos/run reads."""
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Scenario:
    name: str
    number: str         # of KAFKA.md section 8, "" where it stands for a step of the protocol alone
    about: str          # what is done, for the table
    function: Callable  # called with a Run
    seconds: int        # it must be over by then; the longest go first
    quick: bool         # belongs to `make chaos-quick`
    soak: bool          # belongs to `make soak` alone
    steps: tuple        # switches of lib/fault.h: each, taken away, must turn this scenario red
    sources: tuple      # whose workers it needs


SCENARIOS = {}


def scenario(number, about, *, seconds=120, quick=False, soak=False, steps=(), sources=("stripe",)):
    def enter(function):
        name = function.__name__
        assert name not in SCENARIOS, f"two scenarios are called {name}"
        SCENARIOS[name] = Scenario(name, number, about, function, seconds, quick, soak, tuple(steps), tuple(sources))
        return function
    return enter
