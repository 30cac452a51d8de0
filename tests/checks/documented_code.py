# SPDX-License-Identifier: Apache-2.0
"""The C++ that the documentation shows compiles, and the page of the policies names every
requirement that a policy has.

A fenced block marked cpp that begins with #include is a whole file; one that does not continues the
file above it on the page. There is no other kind."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

FLAGS = "-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
PAGES = ("README.md", "docs/policies.md")
POLICIES = "docs/policies.md"
FENCE = re.compile(r"^```(\S*)\s*$")
CPP = {"cpp", "c++", "cxx", "cc", "C++"}
CONCEPT = re.compile(r"^concept (\w+)", re.MULTILINE)
MPI = "<ai500/collectives/mpi.hpp>"


class Block(NamedTuple):
    line: int  # of its first line of code
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page."""
    found, start, language, lines = [], None, "", []
    for number, line in enumerate(page.splitlines(), start=1):
        fence = FENCE.match(line)
        if fence and start is None:
            start, language, lines = number + 1, fence[1], []
        elif fence:
            found.append(Block(start, language, "\n".join(lines) + "\n"))
            start = None
        elif start is not None:
            lines.append(line)
    return found


def files(name: str, page: str) -> tuple[list[str], list[str]]:
    """The source files that a page shows, whose lines are the page's, and what is wrong with it."""
    sources, wrong = [], []
    for block in blocks(page):
        if block.language not in CPP:
            continue
        here = f"{name}:{block.line - 1}"
        if block.language != "cpp":
            wrong.append(f"{here}: C++ is marked cpp, not {block.language}")
            continue
        text = f'#line {block.line} "{name}"\n{block.text}'
        if block.text.startswith("#include"):
            sources.append(text)
        elif sources:
            sources[-1] += text
        else:
            wrong.append(f"{here}: continues no file: the first block begins with #include")
    return sources, wrong


def compile_errors(compiler: str, search: list[str], source: str) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "documented.cpp"
        file.write_text(source, encoding="utf-8")
        result = subprocess.run([compiler, *FLAGS, *search, file], capture_output=True, text=True)
    return result.stderr if result.returncode != 0 else None


def unnamed_requirements(root: Path, page: str) -> list[str]:
    """The concepts of the policies' headers that the page does not name."""
    top = root / "include" / "ai500"
    headers = [*sorted(top.glob("*/policy.hpp")), top / "kernels" / "kernel_set.hpp"]
    return [
        f"{POLICIES}: does not name {concept} ({header.relative_to(root)})"
        for header in headers
        if header.exists()
        for concept in CONCEPT.findall(header.read_text(encoding="utf-8"))
        if f"`{concept}`" not in page
    ]


def offences(
    root: Path, compiler: str, library_folders: list[str], without_mpi: bool
) -> tuple[list[str], int]:
    """What is wrong, and how many files were compiled."""
    search = [f"-I{root / 'include'}", "-DOMPI_SKIP_MPICXX=1"]
    for folder in library_folders:
        search += ["-isystem", folder]
    wrong, sources = [], []
    for name in PAGES:
        page = (root / name).read_text(encoding="utf-8")
        shown, bad = files(name, page)
        wrong += bad
        sources += [source for source in shown if not (without_mpi and MPI in source)]
        if name == POLICIES:
            wrong += unnamed_requirements(root, page)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda source: compile_errors(compiler, search, source), sources)
    return wrong + [result for result in results if result], len(sources)


def self_test(compiler: str) -> list[str]:
    readme = "```cpp\n#include <vector>\nstd::vector<int> numbers;\n```\n```\nsh\n```\n"
    sound = readme + "`Named` `HasName`\n```cpp\nint more = numbers[0];\n```\n"
    cases = {
        "sound": (sound, []),
        "does not compile": (sound + "```cpp\nint number = nowhere;\n```\n", [r"md:13:.*nowhere"]),
        "warns": (sound + "```cpp\nint f(long n) { return n; }\n```\n", [r"md:13:.*"]),
        "another file": (sound + "```cpp\n#include <map>\nint n = numbers[0];\n```\n", ["numbers"]),
        "no file": ("`Named` `HasName`\n```cpp\nint n;\n```\n", ["continues no file"]),
        "other mark": (sound + "```c++\nint n;\n```\n", ["marked cpp"]),
        "requirement": (sound.replace("`HasName`", "HasName"), ["does not name HasName"]),
    }
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "docs").mkdir()
        policy = root / "include" / "ai500" / "room" / "policy.hpp"
        policy.parent.mkdir(parents=True)
        policy.write_text("template <class P>\nconcept HasName = true;\n", encoding="utf-8")
        (root / "README.md").write_text(readme, encoding="utf-8")
        for case, (page, expected) in cases.items():
            (root / POLICIES).write_text(page, encoding="utf-8")
            found, _ = offences(root, compiler, [], without_mpi=False)
            if len(found) != len(expected) or not all(map(re.search, expected, found)):
                wrong.append(f"{case}: found {found}, expected {expected}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--library-folder", action="append", default=[])
    parser.add_argument("--without-mpi", action="store_true", help="leave out what includes MPI")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        found = self_test(arguments.compiler)
    else:
        found, compiled = offences(
            arguments.root, arguments.compiler, arguments.library_folder, arguments.without_mpi
        )
        print(f"documented_code: {compiled} files, {len(found)} offences")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
