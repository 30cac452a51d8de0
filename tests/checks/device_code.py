# SPDX-License-Identifier: Apache-2.0
"""Every kernel that ai500 compiles for GPUs uses at most 64 registers a thread, so that an SM holds 1024
threads of it, and spills none of them to memory. Reads what ptxas said when the library was built;
prints a table.

    device_code.py --keep nvcc ... -o OBJECT     as nvcc, but keeps what ptxas says in OBJECT.ptxas
    device_code.py --objects FOLDER              the check
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

MOST_REGISTERS = 64

ENTRY = re.compile(r"Compiling entry function '(\S+)' for '(\S+)'")
FRAME = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
REGISTERS = re.compile(r"Used (\d+) registers")
# With -v.
OF_PTXAS = re.compile(r"ptxas info |    \d+ bytes stack frame, ")
INSTANTIATED = re.compile(r"^AI500_DEVICE_CODE(_OF_BLOCKS)?\(", re.MULTILINE)


class Kernel(NamedTuple):
    """One kernel for one architecture."""

    symbol: str
    architecture: str
    registers: int
    stack: int
    spills: int


def kernels(said: str) -> list[Kernel]:
    """The kernels that ptxas -v tells of."""
    found, entry, frame = [], None, None
    for line in said.splitlines():
        if match := ENTRY.search(line):
            entry, frame = (match[1], match[2]), None
        elif match := FRAME.search(line):
            frame = tuple(map(int, match.groups()))
        elif (match := REGISTERS.search(line)) and entry and frame:
            stack, stores, loads = frame
            found.append(Kernel(*entry, int(match[1]), stack, stores + loads))
            entry = None
    return found


def offences(found: list[Kernel]) -> list[str]:
    wrong = []
    for kernel in found:
        if kernel.registers > MOST_REGISTERS:
            wrong.append(
                f"{kernel.symbol} for {kernel.architecture}: {kernel.registers} registers, at most "
                f"{MOST_REGISTERS}"
            )
        if kernel.spills or kernel.stack:
            wrong.append(
                f"{kernel.symbol} for {kernel.architecture}: {kernel.spills} bytes spilled, "
                f"{kernel.stack} bytes of stack; must be none"
            )
    return wrong


def short(symbol: str) -> str:
    """Relu<half>, of a kernel's mangled name."""
    if not shutil.which("c++filt"):
        return symbol
    name = subprocess.run(["c++filt", symbol], capture_output=True, text=True).stdout.strip()
    match = re.search(r"loop(?:_of_blocks)?<(.*?) ?>\(long", name)
    return re.sub(r"(\w+::)+", "", match[1] if match else name)


def table(found: list[Kernel]) -> str:
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for kernel in found:
        rows[kernel.symbol][kernel.architecture] = kernel.registers
    architectures = sorted({kernel.architecture for kernel in found}, key=lambda a: (len(a), a))
    lines = [f"{'registers a thread':46}" + "".join(f"{a:>9}" for a in architectures)]
    for symbol, row in sorted(rows.items(), key=lambda item: short(item[0])):
        lines.append(f"{short(symbol):46}" + "".join(f"{row.get(a, '-'):>9}" for a in architectures))
    return "\n".join(lines)


def keep(command: list[str]) -> int:
    """Runs nvcc, keeps what ptxas says beside the object and passes on the rest."""
    kept = Path(command[command.index("-o") + 1] + ".ptxas")
    kept.unlink(missing_ok=True)
    result = subprocess.run(
        [*command, "-Xptxas=-v"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print("".join(line for line in result.stdout.splitlines(True) if not OF_PTXAS.match(line)), end="")
    if result.returncode == 0:
        kept.write_text(result.stdout, encoding="utf-8")
    return result.returncode


def self_test() -> list[str]:
    said = """
ptxas info    : Compiling entry function '_Zgood' for 'sm_80'
ptxas info    : Function properties for _Zgood
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 64 registers, used 0 barriers
ptxas info    : Compiling entry function '_Zmany' for 'sm_90'
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 65 registers, used 0 barriers
ptxas info    : Compiling entry function '_Zspills' for 'sm_90'
    8 bytes stack frame, 4 bytes spill stores, 4 bytes spill loads
ptxas info    : Used 32 registers, used 0 barriers
"""
    found = kernels(said)
    named = [offence.split(" ")[0] for offence in offences(found)]
    wrong = []
    if found[0] != Kernel("_Zgood", "sm_80", 64, 0, 0) or len(found) != 3:
        wrong.append(f"read {found}")
    if named != ["_Zmany", "_Zspills"]:
        wrong.append(f"found {named}")
    return wrong + self_test_of_keeping(said)


def self_test_of_keeping(said: str) -> list[str]:
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        nvcc, object_file = Path(folder) / "nvcc", Path(folder) / "code.o"
        keeping = [sys.executable, "-B", __file__, "--keep", nvcc, "-o", object_file]
        for code in (0, 3):
            text = f"#!/bin/sh\ncat <<'END'{said}a warning\nEND\nexit {code}\n"
            nvcc.write_text(text, encoding="utf-8")
            nvcc.chmod(0o700)
            result = subprocess.run(keeping, capture_output=True, text=True)
            if (result.returncode, result.stdout) != (code, "a warning\n"):
                wrong.append(f"passed on {result}")
            found = files_of_ptxas(Path(folder))
            if len(found) != (1 if code == 0 else 0):
                wrong.append(f"exit code {code}: kept {found}")
            elif found and len(kernels(found[0].read_text(encoding="utf-8"))) != 3:
                wrong.append(f"kept {found[0].read_text(encoding='utf-8')}")
    return wrong


def files_of_ptxas(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ptxas"))


def main() -> int:
    if sys.argv[1:2] == ["--keep"]:
        return keep(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--objects", type=Path, help="where the library's device code was built")
    arguments = parser.parse_args()
    if arguments.self_test:
        wrong = self_test()
        print("\n".join(wrong) if wrong else "as expected")
        return 1 if wrong else 0

    found: list[Kernel] = []
    for file in files_of_ptxas(arguments.objects):
        found += kernels(file.read_text(encoding="utf-8"))
    wrong = offences(found)
    listed = sum(
        len(INSTANTIATED.findall(file.read_text(encoding="utf-8")))
        for file in (arguments.root / "include").rglob("*.cuh")
    )
    if len({kernel.symbol for kernel in found}) != listed:
        wrong.append(f"{len({kernel.symbol for kernel in found})} kernels, {listed} instantiated")
    print(table(found))
    print("\n".join(wrong) if wrong else f"{listed} kernels: no spills")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
