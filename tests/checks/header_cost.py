# SPDX-License-Identifier: Apache-2.0
"""What it costs to compile ai500's headers and examples: a report, not a test. By hand:

    python3 tests/checks/header_cost.py                       every header and example
    python3 tests/checks/header_cost.py --repetitions=3 'graph/*' 'examples/*'
"""

import argparse
import fnmatch
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from house import headers

# Where Debian puts the libraries that a compiler does not find by itself.
LIBRARY_FOLDERS = ("/usr/include/eigen3", "/usr/lib/x86_64-linux-gnu/openmpi/include")


def cost(command: list[str], repetitions: int) -> tuple[float, float] | None:
    """The least seconds of several runs and the most MiB of memory; None: it does not compile."""
    least, most = float("inf"), 0.0
    for _ in range(repetitions):
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            return None
        least = min(least, time.monotonic() - start)
        most = max(most, usage.ru_maxrss / 1024)  # ru_maxrss is in KiB
    return least, most


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--flags", default="-O2", help="beside -std=c++20 and the include folders")
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--library-folder", action="append", default=[])
    parser.add_argument("patterns", nargs="*", default=["*"], help="'graph/*', 'examples/*'")
    arguments = parser.parse_args()

    examples = [f"examples/{path.name}" for path in (arguments.root / "examples").glob("*.cpp")]
    chosen = [
        name
        for name in headers(arguments.root) + sorted(examples)
        if any(fnmatch.fnmatch(name, pattern) for pattern in arguments.patterns)
    ]
    command = [arguments.compiler, "-std=c++20", *arguments.flags.split(), "-DOMPI_SKIP_MPICXX=1"]
    command.append(f"-I{arguments.root / 'include'}")
    for folder in arguments.library_folder or LIBRARY_FOLDERS:
        command += ["-isystem", folder]

    print(f"{'seconds':>8} {'MiB':>6}  file ({arguments.compiler} {arguments.flags})")
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            source = arguments.root / name
            if name not in examples:
                source = Path(folder) / "header.cpp"
                source.write_text(f"#include <ai500/{name}>\n", encoding="utf-8")
            output = ["-c", str(source), "-o", f"{folder}/object.o"]
            measured = cost(command + output, arguments.repetitions)
            row = f"{measured[0]:8.2f} {measured[1]:6.0f}" if measured else "    does not compile"
            print(f"{row}  {name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
