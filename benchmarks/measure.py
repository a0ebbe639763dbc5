"""Measures one library on one subject with pyperf: started by run.py, once a round."""

import sys
from collections.abc import Callable

import pyperf
from subjects import measured


def summed(timed: Callable[[], float]) -> Callable[[int], float]:
    """As pyperf wants it: a function of the number of loops that returns the seconds they took."""
    return lambda loops: sum(timed() for _ in range(loops))


def main() -> None:
    """Read what to measure from the command line; the other arguments are pyperf's."""
    module, subject, library = sys.argv[1:4]
    runner = pyperf.Runner(
        processes=1, values=3, warmups=1, min_time=0.03, program_args=(__file__, module, subject, library)
    )
    runner.parse_args(sys.argv[4:])
    function, times_itself = measured(module, subject, library)
    if times_itself:
        runner.bench_time_func(library, summed(function))
    else:
        runner.bench_func(library, function)


if __name__ == "__main__":
    main()
