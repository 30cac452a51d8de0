# SPDX-License-Identifier: Apache-2.0
"""A file that must compile as it is, must not compile with -DFAULT, and must then make the compiler
say what each of its lines "// expect: REGULAR EXPRESSION" says.

Most of that time goes into what the files include. What the same #includes bring is therefore kept
precompiled for all files of the folder that begin with exactly these: a file sees what it asks for
itself and nothing else, so that it cannot pass thanks to an #include that it lacks."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "checks"))
from precompiled import precompiled

EXPECT = re.compile(r"^// expect: (.+)$", re.MULTILINE)
# Comments, empty lines and #includes, as far as there is nothing else.
HEAD = re.compile(r"(?:(?://.*|#include .*)?\n)*")

FLAGS = "-std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
# Without the quoted source: a word of the file itself must not pass for the compiler's.
NO_QUOTES = {"g++": "-fno-diagnostics-show-caret", "clang++": "-fno-caret-diagnostics"}
# So many files pay for precompiling what they include.
ENOUGH = 4


def compile_file(compiler: str, file: Path, flags: list[str]) -> tuple[bool, str]:
    """Whether the file compiles, and what the compiler said about it, without the file's name."""
    result = subprocess.run(
        [compiler, *FLAGS, NO_QUOTES[compiler], *flags, file],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    return result.returncode == 0, result.stderr.replace(str(file), "FILE")


def includes(file: Path) -> str:
    """The #includes that a file begins with; the folder's own by full path."""
    head = HEAD.match(file.read_text(encoding="utf-8"))[0].splitlines()
    lines = [line for line in head if line.startswith("#include")]
    return "".join(line.replace(' "', f' "{file.parent.resolve()}/') + "\n" for line in lines)


def verdict(
    compiler: str, file: Path, include_folders: list[str], folder: Path | None = None
) -> str | None:
    """What is wrong; None: nothing. `folder` keeps what is precompiled."""
    expectations = EXPECT.findall(file.read_text(encoding="utf-8"))
    if not expectations:
        return "no line '// expect: REGULAR EXPRESSION'"
    options = ["-I" + include_folders[0]] if include_folders else []
    for include_folder in include_folders[1:]:
        options += ["-isystem", include_folder]
    text = includes(file)
    if folder and sum(includes(other) == text for other in file.parent.glob("*.cpp")) >= ENOUGH:
        try:
            options += precompiled([compiler, *FLAGS, *options], text, folder).options
        except subprocess.CalledProcessError as error:
            return f"what it includes does not compile\n{error.stderr}"
    options.append("-fsyntax-only")
    compiles, said = compile_file(compiler, file, options)
    if not compiles:
        return f"the sound twin does not compile\n{said}"
    compiles, said = compile_file(compiler, file, [*options, "-DFAULT"])
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
    return wrong + self_test_of_precompiling(compiler)


def self_test_of_precompiling(compiler: str) -> list[str]:
    text = "// expect: nowhere\n\n#include {}\n#ifdef FAULT\nint n = nowhere;\n#endif\nMine m;\n"
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = folder / "kept"
        mine, file, lacking = folder / "mine.hpp", folder / "0.cpp", folder / "lacking.cpp"
        for number in range(ENOUGH):
            (folder / f"{number}.cpp").write_text(text.format('"mine.hpp"'), encoding="utf-8")
        lacking.write_text(text.format("<new>"), encoding="utf-8")

        def expect(what: str, file: Path, said: str | None) -> None:
            found = verdict(compiler, file, [], kept)
            if (found is None) != (said is None) or (said or "") not in (found or ""):
                wrong.append(f"{what}: {found!r}, expected {said!r}")

        mine.write_text("#pragma once\nusing Mine = int;\n", encoding="utf-8")
        expect("precompiled", file, None)
        products = [*kept.glob("*.gch"), *kept.glob("*.pch")]
        if len(products) != 1:
            wrong.append(f"precompiled: {products}")
        expect("what other files include", lacking, "Mine")
        mine.write_text("#pragma once\nusing Yours = int;\n", encoding="utf-8")
        expect("a changed header", file, "Mine")
        mine.write_text("using Mine = nowhere;\n", encoding="utf-8")
        expect("a broken header", file, "nowhere")
        mine.write_text("using Mine = int;\n", encoding="utf-8")
        expect("a header that compiles again", file, None)
        for product in products:
            product.write_bytes(b"garbage")
        expect("what is precompiled is used", file, "the sound twin does not compile")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", choices=sorted(NO_QUOTES), default="g++")
    parser.add_argument("--include-folder", action="append", default=[])
    parser.add_argument("--precompiled", type=Path, help="a folder to keep precompiled #includes in")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("file", type=Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.self_test:
        wrong = self_test(arguments.compiler)
    else:
        problem = verdict(
            arguments.compiler, arguments.file, arguments.include_folder, arguments.precompiled
        )
        wrong = [f"{arguments.file}: {problem}"] if problem else []
    print("\n".join(wrong) if wrong else f"{arguments.compiler}: as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
