# SPDX-License-Identifier: Apache-2.0
"""What many small files include, compiled once for all of them and kept until something in it changes."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Nobody else is inside for the same file."""
    with open(file, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Precompiled(NamedTuple):
    """How a compiler is made to use it, and the files that it was made of."""

    options: list[str]
    files: list[str]


def included_files(rule: Path) -> list[str]:
    """The files that a compiler's make rule names."""
    text = rule.read_text(encoding="utf-8")
    return text.partition(": ")[2].replace("\\\n", " ").split()


def is_fresh(product: Path, rule: Path) -> bool:
    """Whether nothing that its make rule names has changed since a product was begun."""
    try:
        begun = product.stat().st_mtime_ns
        return all(os.stat(file).st_mtime_ns <= begun for file in included_files(rule))
    except FileNotFoundError:
        return False


def precompiled(command: list[str], includes: str, folder: Path) -> Precompiled:
    """`includes` for `command`, a compiler and its options; kept in `folder`. Both compilers refuse what
    does not fit, instead of doing without it.

    Raises CalledProcessError if they do not compile."""
    compiler = Path(command[0]).name
    is_clang = "clang" in compiler
    found = Path(shutil.which(command[0]) or command[0])
    version = str(found.stat().st_mtime_ns)
    key = hashlib.sha256("\0".join([str(found), version, *command, includes]).encode()).hexdigest()
    # No file has the name without a suffix: g++ would read that one without a word.
    name = folder / f"{compiler}-{key[:16]}"
    header, product, rule, lock = (
        Path(f"{name}{suffix}") for suffix in (".hpp", ".pch" if is_clang else ".gch", ".d", ".lock")
    )
    folder.mkdir(parents=True, exist_ok=True)
    with locked(lock):
        if not is_fresh(product, rule):
            product.unlink(missing_ok=True)
            header.write_text(includes, encoding="utf-8")
            begun = time.time_ns()
            make = [*command, "-x", "c++-header", header, "-MD", "-MF", rule, "-o", product]
            subprocess.run(make, capture_output=True, text=True, check=True)
            os.utime(product, ns=(begun, begun))
        files = included_files(rule)
    if is_clang:
        return Precompiled(["-include-pch", str(product)], files)
    return Precompiled(["-Winvalid-pch", "-include", str(name)], files)
