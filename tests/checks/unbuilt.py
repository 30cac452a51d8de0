# SPDX-License-Identifier: Apache-2.0
"""Has a build's compiler read what was not built, without making code of it: every file of its
compile_commands.json without an object is compiled with the same options and -fsyntax-only. So a second
compiler builds what its tests need and still warns of all files."""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def unbuilt(build: Path) -> list[dict]:
    """The entries whose object is not there."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    return [entry for entry in entries if not (Path(entry["directory"]) / object_of(entry)).exists()]


def object_of(entry: dict) -> str:
    command = shlex.split(entry["command"])
    return command[command.index("-o") + 1]


def errors(entry: dict) -> str | None:
    """What the compiler says of a file that it refuses."""
    command = shlex.split(entry["command"])
    at = command.index("-o")
    command[at : at + 2] = ["-fsyntax-only"]
    result = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
    return f"{entry['file']}:\n{result.stderr}" if result.returncode != 0 else None


def self_test(compiler: str) -> list[str]:
    sources = {
        "built": "int nowhere_to_be_found = nothing;\n",
        "sound": "int number;\n",
        "faulty": "int number = nowhere;\n",
        "warns": "int f(long n) { return n; }\n",
    }
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder)
        entries = []
        for name, text in sources.items():
            source = build / f"{name}.cpp"
            source.write_text(text, encoding="utf-8")
            command = f"{compiler} -Wconversion -Werror -o {name}.o -c {source}"
            entries.append({"directory": folder, "command": command, "file": str(source)})
        (build / "built.o").touch()
        (build / "compile_commands.json").write_text(json.dumps(entries), encoding="utf-8")
        found = {Path(entry["file"]).stem: errors(entry) for entry in unbuilt(build)}
        if list(found) != ["sound", "faulty", "warns"]:
            wrong.append(f"not built: {list(found)}")
        if found.get("sound") is not None:
            wrong.append(f"sound: {found['sound']}")
        for name, said in (("faulty", "nowhere"), ("warns", "conversion")):
            if said not in (found.get(name) or ""):
                wrong.append(f"{name}: {found.get(name)}")
        if sorted(path.name for path in build.glob("*.o")) != ["built.o"]:
            wrong.append("made code")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, nargs="?", help="a configured build folder")
    parser.add_argument("--compiler", default="g++", help="of the self-test")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        wrong = self_test(arguments.compiler)
    elif arguments.build is None:
        parser.error("which build folder?")
    else:
        entries = unbuilt(arguments.build)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            wrong = [said for said in pool.map(errors, entries) if said]
        print(f"unbuilt: {len(entries)} files, {len(wrong)} refused")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
