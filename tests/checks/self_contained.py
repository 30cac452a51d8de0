# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, twice in one file and without a warning, and includes no library
that the house does not allow it: what is pure can be used with nothing but a compiler.

Most of that time goes into what the headers include. The one of PRECOMPILED that a header includes,
directly or not, is therefore compiled before. That hides nothing: the header would have brought it
itself; what stands between the two is headers that are checked alone, too."""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from house import LIBRARIES, allowed_libraries, headers
from layers import includes
from precompiled import included_files, precompiled

FLAGS = "-std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()

# Those that bring most stand first.
PRECOMPILED = (
    "storage/json.ipp",
    "kernels/reference.hpp",
    "kernels/policy.hpp",
    "kernels/cudnn/target.hpp",
    "graph/program.hpp",
    "devices/buffer.hpp",
    "graph/graph.hpp",
    "configuration/checks.hpp",
    "core/half.hpp",
    "core/error.hpp",
)


def included_headers(root: Path, header: str) -> set[str]:
    """What a header includes of ai500, directly or not, without itself."""
    found: set[str] = set()
    waiting = [header]
    while waiting:
        for _, _, included in includes(root, waiting.pop()):
            name = included.removeprefix("ai500/")
            if name not in found and (root / "include" / "ai500" / name).exists():
                found.add(name)
                waiting.append(name)
    return found - {header}


def offence(root: Path, header: str, command: list[str], kept: Path) -> str | None:
    """What is wrong with one header; None: nothing. `kept` is the folder of what is precompiled."""
    included = included_headers(root, header)
    options, files = ["-fsyntax-only"], []
    for base in PRECOMPILED:
        if base in included:
            # Where it does not compile, that is its own offence.
            with contextlib.suppress(subprocess.CalledProcessError):
                made = precompiled(command, f"#include <ai500/{base}>\n", kept)
                options += made.options
                files += made.files
            break
    with tempfile.TemporaryDirectory() as folder:
        source, rule = Path(folder) / "alone.cpp", Path(folder) / "alone.d"
        source.write_text(f"#include <ai500/{header}>\n" * 2, encoding="utf-8")
        result = subprocess.run(
            [*command, *options, "-MD", "-MF", rule, source],
            capture_output=True,
            text=True,
        )
        if result.returncode != 0:
            return f"include/ai500/{header}:1: does not compile alone\n{result.stderr}"
        files += included_files(rule)
    used = {name for name, path in LIBRARIES.items() if any(path.search(file) for file in files)}
    forbidden = used - allowed_libraries(header)
    if forbidden:
        return f"include/ai500/{header}:1: must not need {', '.join(sorted(forbidden))}"
    return None


def offences(
    root: Path,
    compiler: str,
    library_folders: list[str],
    kept: Path,
    absent: tuple[str, ...] = (),
) -> list[str]:
    """`absent` are libraries that are not on this machine: headers that may need one are left out."""
    checked = [header for header in headers(root) if not allowed_libraries(header) & set(absent)]
    command = [compiler, *FLAGS, f"-I{root / 'include'}"]
    for library_folder in library_folders:
        command += ["-isystem", library_folder]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: offence(root, header, command, kept), checked)
    return [result for result in results if result]


def self_test(compiler: str) -> list[str]:
    tree = {
        "include/ai500/core/good.hpp": "#pragma once\nstruct Good {};\n",
        "include/ai500/core/twice.hpp": "struct Twice {};\n",
        "include/ai500/core/alone.hpp": "#pragma once\nstd::string nobody_included_string();\n",
        "include/ai500/core/warns.hpp": "#pragma once\ninline int f(long n) { return n; }\n",
        "include/ai500/core/library.hpp": "#pragma once\n#include <zlib.h>\n",
        "include/ai500/datasets/gzip_file.ipp": "#pragma once\n#include <zlib.h>\n",
        "include/ai500/core/error.hpp": "#pragma once\n#include <new>\n#include <ai500/core/good.hpp>\n",
        "include/ai500/core/with.hpp": "#pragma once\n#include <ai500/core/error.hpp>\nGood with();\n",
        "include/ai500/core/less.hpp": "#pragma once\n#include <ai500/core/error.hpp>\nTwice less();\n",
        "include/ai500/core/half.hpp": "#pragma once\n#include <zlib.h>\n",
        "include/ai500/core/far.hpp": "#pragma once\n#include <ai500/core/half.hpp>\n",
        "library/zlib.h": "",
    }
    expected = {f"core/{name}.hpp" for name in ("twice", "alone", "warns", "library", "less", "half", "far")}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        found = {
            offence.split(":")[0].removeprefix("include/ai500/")
            for offence in offences(root, compiler, [str(root / "library")], root / "kept")
        }
        made = [*(root / "kept").glob("*.gch"), *(root / "kept").glob("*.pch")]
    if len(made) != 2:
        return [f"precompiled {made}, expected error.hpp and half.hpp"]
    return [] if found == expected else [f"found {sorted(found)}, expected {sorted(expected)}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--library-folder", action="append", default=[])
    parser.add_argument("--absent-library", action="append", default=[], choices=LIBRARIES)
    parser.add_argument("--precompiled", type=Path, help="a folder to keep precompiled headers in")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        found = self_test(arguments.compiler)
    else:
        for library in arguments.absent_library:
            print(f"SKIPPED: headers that need {library}, which is not here")
        with tempfile.TemporaryDirectory() as temporary:
            found = offences(
                arguments.root,
                arguments.compiler,
                arguments.library_folder,
                arguments.precompiled or Path(temporary),
                tuple(arguments.absent_library),
            )
        for name in set(PRECOMPILED) - set(headers(arguments.root)):
            found.append(f"{__file__}: PRECOMPILED names {name}, which is not there")
        print(f"self_contained: {len(headers(arguments.root))} headers, {len(found)} offences")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
