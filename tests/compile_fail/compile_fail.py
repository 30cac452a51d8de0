# SPDX-License-Identifier: Apache-2.0
"""A file that must compile as it is, must not compile with -DFAULT, and must then make the compiler
say what each of its lines "// expect: REGULAR EXPRESSION" says."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

EXPECT = re.compile(r"^// expect: (.+)$", re.MULTILINE)

# Without the quoted source: a word of the file itself must not pass for the compiler's.
FLAGS = "-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
NO_QUOTES = {"g++": "-fno-diagnostics-show-caret", "clang++": "-fno-caret-diagnostics"}


def compile_file(compiler: str, file: Path, flags: list[str]) -> tuple[bool, str]:
    """Whether the file compiles, and what the compiler said about it, without the file's name."""
    result = subprocess.run(
        [compiler, *FLAGS, NO_QUOTES[compiler], *flags, file],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    return result.returncode == 0, result.stderr.replace(str(file), "FILE")


def verdict(compiler: str, file: Path, include_folders: list[str]) -> str | None:
    """What is wrong; None: nothing."""
    expectations = EXPECT.findall(file.read_text(encoding="utf-8"))
    if not expectations:
        return "no line '// expect: REGULAR EXPRESSION'"
    search = ["-I" + include_folders[0]] if include_folders else []
    for folder in include_folders[1:]:
        search += ["-isystem", folder]
    compiles, said = compile_file(compiler, file, search)
    if not compiles:
        return f"the sound twin does not compile\n{said}"
    compiles, said = compile_file(compiler, file, [*search, "-DFAULT"])
    if compiles:
        return "compiles with -DFAULT"
    for expectation in expectations:
        if not re.search(expectation, said):
            return f"the compiler does not say '{expectation}'\n{said}"
    return None


def self_test(compiler: str) -> list[str]:
    fault = "#ifdef FAULT\nint number = nowhere;\n#endif\n"
    cases = {
        "sound.cpp": ("// expect: nowhere\n" + fault, None),
        "no_expectation.cpp": (fault, "no line"),
        "twin_broken.cpp": ("// expect: nowhere\nint number = nowhere;\n", "the sound twin"),
        "no_fault.cpp": ("// expect: nowhere\n", "compiles with -DFAULT"),
        "other_message.cpp": ("// expect: somewhere\n" + fault, "the compiler does not say"),
        "quoted.cpp": ("// expect: number\n" + fault, "the compiler does not say"),
        "number.cpp": ("// expect: number\n" + fault, "the compiler does not say"),
    }
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, expected) in cases.items():
            file = Path(folder) / name
            file.write_text(text, encoding="utf-8")
            found = verdict(compiler, file, [])
            if (found is None) != (expected is None) or not (found or "").startswith(expected or ""):
                wrong.append(f"{name}: {found!r}, expected {expected!r}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", choices=sorted(NO_QUOTES), default="g++")
    parser.add_argument("--include-folder", action="append", default=[])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("file", type=Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.self_test:
        wrong = self_test(arguments.compiler)
    else:
        problem = verdict(arguments.compiler, arguments.file, arguments.include_folder)
        wrong = [f"{arguments.file}: {problem}"] if problem else []
    print("\n".join(wrong) if wrong else f"{arguments.compiler}: as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
