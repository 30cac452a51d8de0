# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, twice in one file and without a warning, and includes no library
that the house does not allow it: what is pure can be used with nothing but a compiler."""

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from house import LIBRARIES, allowed_libraries, headers

FLAGS = "-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()


def included_files(rule: str) -> list[str]:
    """The files that a compiler's make rule names."""
    return rule.partition(":")[2].replace("\\\n", " ").split()


def offence(root: Path, header: str, compiler: str, library_folders: list[str]) -> str | None:
    """What is wrong with one header; None: nothing."""
    with tempfile.TemporaryDirectory() as folder:
        source, rule = Path(folder) / "alone.cpp", Path(folder) / "alone.d"
        source.write_text(f"#include <ai500/{header}>\n" * 2, encoding="utf-8")
        search = [f"-I{root / 'include'}"]
        for library_folder in library_folders:
            search += ["-isystem", library_folder]
        result = subprocess.run(
            [compiler, *FLAGS, *search, "-MD", "-MF", rule, source],
            capture_output=True,
            text=True,
        )
        if result.returncode != 0:
            return f"include/ai500/{header}:1: does not compile alone\n{result.stderr}"
        files = included_files(rule.read_text(encoding="utf-8"))
    used = {name for name, path in LIBRARIES.items() if any(path.search(file) for file in files)}
    forbidden = used - allowed_libraries(header)
    if forbidden:
        return f"include/ai500/{header}:1: must not need {', '.join(sorted(forbidden))}"
    return None


def offences(
    root: Path, compiler: str, library_folders: list[str], absent: tuple[str, ...] = ()
) -> list[str]:
    """`absent` are libraries that are not on this machine: headers that may need one are left out."""
    checked = [header for header in headers(root) if not allowed_libraries(header) & set(absent)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(
            lambda header: offence(root, header, compiler, library_folders), checked
        )
    return [result for result in results if result]


def self_test(compiler: str) -> list[str]:
    tree = {
        "include/ai500/core/good.hpp": "#pragma once\nstruct Good {};\n",
        "include/ai500/core/twice.hpp": "struct Twice {};\n",
        "include/ai500/core/alone.hpp": "#pragma once\nstd::string nobody_included_string();\n",
        "include/ai500/core/warns.hpp": "#pragma once\ninline int f(long n) { return n; }\n",
        "include/ai500/core/library.hpp": "#pragma once\n#include <zlib.h>\n",
        "include/ai500/datasets/gzip_file.ipp": "#pragma once\n#include <zlib.h>\n",
        "library/zlib.h": "",
    }
    expected = {f"core/{name}.hpp" for name in ("twice", "alone", "warns", "library")}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        found = {
            offence.split(":")[0].removeprefix("include/ai500/")
            for offence in offences(root, compiler, [str(root / "library")])
        }
    return [] if found == expected else [f"found {sorted(found)}, expected {sorted(expected)}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--library-folder", action="append", default=[])
    parser.add_argument("--absent-library", action="append", default=[], choices=LIBRARIES)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        found = self_test(arguments.compiler)
    else:
        for library in arguments.absent_library:
            print(f"SKIPPED: headers that need {library}, which is not here")
        found = offences(
            arguments.root,
            arguments.compiler,
            arguments.library_folder,
            tuple(arguments.absent_library),
        )
        print(f"self_contained: {len(headers(arguments.root))} headers, {len(found)} offences")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
