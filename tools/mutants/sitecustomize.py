"""Lets mutmut know which functions run in the processes that tests start: it sees only its own process.

Every Python with this folder in PYTHONPATH imports this. In mutmut's own process, and wherever no tests are assigned to
functions, it does nothing.
"""

import os


def _record_in_file(path: str) -> None:
    import mutmut.stats  # noqa: PLC0415

    known: set[str] = set()

    def record(name: str, caller: str | None = None) -> None:
        if name not in known:
            known.add(name)
            with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123
                file.write(f"{name}\n")

    mutmut.stats.record_trampoline_hit = record


# mutmut sets the first in its own process when that has long started.
if os.environ.get("MUTANT_UNDER_TEST") == "stats" and "MUTANTS_HITS" in os.environ:
    _record_in_file(os.environ["MUTANTS_HITS"])
