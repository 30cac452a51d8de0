# SPDX-License-Identifier: Apache-2.0
"""Every C++ file is laid out as clang-format 14 lays it out. With --fix: lays them out."""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from house import sources

VERSION = "14"
SKIPPED = 77


def formatter() -> str | None:
    """clang-format in the one version that decides."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if shutil.which(name):
            said = subprocess.run([name, "--version"], capture_output=True, text=True).stdout
            if re.search(rf"version {VERSION}\.", said):
                return name
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--fix", action="store_true")
    arguments = parser.parse_args()
    program = formatter()
    if program is None:
        print(f"SKIPPED: clang-format {VERSION} is not installed")
        return SKIPPED
    files = sources(arguments.root, (".hpp", ".ipp", ".cpp", ".cu", ".cuh"))
    if not files:
        print(f"no sources below {arguments.root}")
        return 1
    mode = ["-i"] if arguments.fix else ["--dry-run", "-Werror"]
    return subprocess.run([program, "--style=file", *mode, *files]).returncode


if __name__ == "__main__":
    sys.exit(main())
