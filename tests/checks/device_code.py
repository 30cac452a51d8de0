# SPDX-License-Identifier: Apache-2.0
"""Every kernel that ai500 compiles for GPUs uses at most 64 registers a thread, so that an SM holds 1024
threads of it, and spills none of them to memory. Compiles the files of device code once more and
reads what ptxas says; prints a table."""

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


def compiled(command: list[str], file: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            [*command, "-O3", "-DNDEBUG", "-Xptxas=-v", "-c", file, "-o", Path(folder) / "code.o"],
            capture_output=True,
            text=True,
        )
    if result.returncode != 0:
        sys.exit(f"{file}: does not compile\n{result.stderr}")
    return result.stdout + result.stderr


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
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("nvcc", nargs="*", help="nvcc and its options, as the library is compiled")
    arguments = parser.parse_args()
    if arguments.self_test:
        wrong = self_test()
        print("\n".join(wrong) if wrong else "as expected")
        return 1 if wrong else 0

    found: list[Kernel] = []
    for file in sorted((arguments.root / "cmake" / "cuda").glob("*.cu")):
        found += kernels(compiled([*arguments.nvcc, f"-I{arguments.root / 'include'}"], file))
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
