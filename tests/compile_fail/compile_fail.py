# SPDX-License-Identifier: Apache-2.0
"""A file that must compile as it is, must not compile with -DFAULT, and must then make the compiler
say what each of its lines "// expect: REGULAR EXPRESSION" says.

Most of that time goes into what the files include. Files that begin with exactly the same #includes are
therefore compiled in one go, each in a namespace of its own: a file sees what it asks for itself and
nothing else, so that it cannot pass thanks to an #include that it lacks. A file that does not pass so is
compiled alone, which decides."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

EXPECT = re.compile(r"^// expect: (.+)$", re.MULTILINE)
# Comments, empty lines and #includes, as far as there is nothing else.
HEAD = re.compile(r"(?:(?://.*|#include .*)?\n)*")
# An error, the file where it is, and what is said about it: up to the next error, or to where that is
# introduced ("FILE: In instantiation of ..." without a note behind it).
ERROR = re.compile(
    r"^(.+?):\d+:\d+: error: .*"
    r"(?:\n(?!.+: error: |.+: In [a-z].*(?:\n(?!.+: note: ).*)*?\n.+: error: ).*)*",
    re.MULTILINE,
)

FLAGS = "-std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only".split()
# Without the quoted source: a word of the file itself must not pass for the compiler's.
OWN_FLAGS = {
    "g++": ["-fno-diagnostics-show-caret"],
    "clang++": ["-fno-caret-diagnostics", "-ferror-limit=0"],
}


def compiled(compiler: str, source: str, options: list[str]) -> tuple[bool, str]:
    """Whether a source compiles, and what the compiler said about it."""
    result = subprocess.run(
        [compiler, *FLAGS, *OWN_FLAGS[compiler], *options, "-x", "c++", "-"],
        input=source,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    return result.returncode == 0, result.stderr


def includes(file: Path) -> str:
    """The #includes that a file begins with; the folder's own by full path."""
    head = HEAD.match(file.read_text(encoding="utf-8"))[0].splitlines()
    lines = [line for line in head if line.startswith("#include")]
    return "".join(line.replace(' "', f' "{file.parent}/') + "\n" for line in lines)


def not_said(file: Path, said: str) -> list[str]:
    """What a file expects and the compiler did not say, the file's own name left aside."""
    said = said.replace(str(file), "FILE")
    expectations = EXPECT.findall(file.read_text(encoding="utf-8"))
    return [expectation for expectation in expectations if not re.search(expectation, said)]


def pass_together(compiler: str, files: list[Path], options: list[str]) -> set[Path]:
    """Those of some files with the same #includes that, compiled in one go, are found to be as expected."""
    source = includes(files[0])
    for number, file in enumerate(files):
        source += f'namespace number_{number} {{\n#include "{file}"\n}}\n'
    compiles, _ = compiled(compiler, source, options)
    if not compiles:
        return set()
    _, said = compiled(compiler, source, [*options, "-DFAULT"])
    errors = defaultdict(str)
    for error in ERROR.finditer(said):
        errors[error[1]] += error[0] + "\n"
    return {file for file in files if str(file) in errors and not not_said(file, errors[str(file)])}


def verdict(compiler: str, file: Path, options: list[str]) -> str | None:
    """What is wrong with a file, compiled alone; None: nothing."""
    source = f'#include "{file}"\n'
    compiles, said = compiled(compiler, source, options)
    if not compiles:
        return f"the sound twin does not compile\n{said}"
    compiles, said = compiled(compiler, source, [*options, "-DFAULT"])
    if compiles:
        return "compiles with -DFAULT"
    lacking = not_said(file, said)
    return f"the compiler does not say '{lacking[0]}'\n{said}" if lacking else None


def verdicts(
    compiler: str, files: Iterable[Path], include_folders: list[str]
) -> dict[Path, str | None]:
    """What is wrong with each file; None: nothing."""
    options = ["-I" + include_folders[0]] if include_folders else []
    for include_folder in include_folders[1:]:
        options += ["-isystem", include_folder]
    found: dict[Path, str | None] = {}
    groups = defaultdict(list)
    for file in (file.resolve() for file in files):
        if EXPECT.search(file.read_text(encoding="utf-8")):
            groups[includes(file)].append(file)
        else:
            found[file] = "no line '// expect: REGULAR EXPRESSION'"
    several = [group for group in groups.values() if len(group) > 1]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for passed in pool.map(lambda group: pass_together(compiler, group, options), several):
            found |= dict.fromkeys(passed)
        alone = [file for group in groups.values() for file in group if file not in found]
        found |= zip(alone, pool.map(lambda file: verdict(compiler, file, options), alone))
    return found


def self_test(compiler: str) -> list[str]:
    fault = "#ifdef FAULT\nint number = nowhere;\n#endif\n"
    # Compiled in one go with others, it must not profit from what they include, declare or are told.
    with_header = '#include "mine.hpp"\n' + fault.replace("int", "Mine")
    cases = {
        "sound": ("// expect: nowhere\n" + fault, None),
        "no_expectation": (fault, "no line"),
        "twin_broken": ("// expect: nowhere\nint number = nowhere;\n", "the sound twin"),
        "no_fault": ("// expect: nowhere\n", "compiles with -DFAULT"),
        "other_message": ("// expect: somewhere\n" + fault, "the compiler does not say"),
        "quoted": ("// expect: number\n" + fault, "the compiler does not say"),
        "number": ("// expect: number\n" + fault, "the compiler does not say"),
        "with_header": ("// expect: nowhere\n" + with_header, None),
        "another_with_header": ("// expect: nowhere\n" + with_header, None),
        "silent_with_header": ('// expect: nowhere\n#include "mine.hpp"\n', "compiles with -DFAULT"),
        "others_message": (
            '// expect: nowhere\n#include "mine.hpp"\n' + fault.replace("nowhere", "elsewhere"),
            "the compiler does not say",
        ),
        "lacks_header": ("// expect: nowhere\nMine mine;\n" + fault, "the sound twin"),
    }
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / "mine.hpp").write_text("#pragma once\nusing Mine = int;\n", encoding="utf-8")
        for stem, (text, _) in cases.items():
            (folder / f"{stem}.cpp").write_text(text, encoding="utf-8")
        for together in (cases, *([stem] for stem in cases)):
            found = verdicts(compiler, [folder / f"{stem}.cpp" for stem in together], [])
            for stem in together:
                said, expected = found[folder / f"{stem}.cpp"], cases[stem][1]
                if (said is None) != (expected is None) or not (said or "").startswith(expected or ""):
                    wrong.append(f"{stem} of {list(together)}: {said!r}, expected {expected!r}")
        group = [folder / f"{stem}.cpp" for stem in cases if stem.endswith("_header") and stem[0] != "l"]
        passed = pass_together(compiler, [*group, folder / "others_message.cpp"], [])
        if passed != {folder / "with_header.cpp", folder / "another_with_header.cpp"}:
            wrong.append(f"passed together: {passed}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", choices=sorted(OWN_FLAGS), default="g++")
    parser.add_argument("--include-folder", action="append", default=[])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("files", type=Path, nargs="*")
    arguments = parser.parse_args()
    if arguments.self_test:
        wrong = self_test(arguments.compiler)
    else:
        found = verdicts(arguments.compiler, arguments.files, arguments.include_folder)
        print(f"{arguments.compiler}: {len(found)} files")
        wrong = [f"{file}: {problem}" for file, problem in found.items() if problem]
    print("\n".join(wrong) if wrong else "as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
