# SPDX-License-Identifier: Apache-2.0
"""Every source file names its licence in its first lines; every header is included once only."""

import argparse
import sys
import tempfile
from pathlib import Path

from house import sources

LICENCE = "SPDX-License-Identifier: Apache-2.0"
HEADERS = (".hpp", ".ipp", ".cuh")
SUFFIXES = HEADERS + (".cpp", ".cu", ".py", ".cmake", ".sh")
NAMES = ("CMakeLists.txt", "run")


def offences(root: Path) -> list[str]:
    found = []
    for path in sources(root, SUFFIXES, NAMES):
        name = path.relative_to(root)
        lines = path.read_text(encoding="utf-8").splitlines()
        # The second line is for scripts, whose first line names their interpreter.
        if not any(LICENCE in line for line in lines[:2]):
            found.append(f"{name}:1: the first line must say {LICENCE}")
        if path.suffix in HEADERS and "#pragma once" not in lines:
            found.append(f"{name}:1: #pragma once is missing")
    return found


def self_test() -> list[str]:
    tree = {
        "include/ai500/good.hpp": f"// {LICENCE}\n#pragma once\n",
        "include/ai500/twice.hpp": f"// {LICENCE}\n",
        "tests/good.py": f"#!/usr/bin/env python3\n# {LICENCE}\n",
        "tests/late.cpp": f"#include <a>\n\n\n// {LICENCE}\n",
        ".ci/run": "#!/bin/bash\n",
        "CMakeLists.txt": "project(nothing)\n",
        "build/generated.cpp": "",
    }
    expected = {"include/ai500/twice.hpp", "tests/late.cpp", ".ci/run", "CMakeLists.txt"}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        found = {offence.split(":")[0] for offence in offences(root)}
    return [] if found == expected else [f"found {sorted(found)}, expected {sorted(expected)}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    found = self_test() if arguments.self_test else offences(arguments.root)
    print("\n".join(found) if found else "spdx: no offences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
