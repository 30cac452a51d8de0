# SPDX-License-Identifier: Apache-2.0
"""Includes only go down: every header of ai500 includes its own room or a lower layer, and no
headers include each other in a circle."""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from house import LAYER_OF_ROOM, LAYER_OF_TOP_HEADER, headers

INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def place(header: str) -> tuple[str, int]:
    """A header's room and layer. A header in no room shares one only with the file of its name.

    Raises KeyError if the house has no such place.
    """
    room, slash, _ = header.partition("/")
    if slash:
        return room, LAYER_OF_ROOM[room]
    stem = Path(header).stem
    return stem, LAYER_OF_TOP_HEADER[stem]


def includes(root: Path, header: str) -> list[tuple[int, str, str]]:
    """(line, opening character, included file) of each include of a header."""
    text = (root / "include" / "ai500" / header).read_text(encoding="utf-8")
    return [
        (number, match[1], match[2])
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := INCLUDE.match(line))
    ]


def upward_includes(root: Path) -> list[str]:
    offences = []
    all_headers = headers(root)
    for header in all_headers:
        here = f"include/ai500/{header}"
        try:
            room, layer = place(header)
        except KeyError:
            offences.append(f"{here}:1: the house has no such room")
            continue
        for line, opening, included in includes(root, header):
            if opening == '"':
                offences.append(f'{here}:{line}: write <ai500/room/header.hpp>, not "{included}"')
                continue
            if not included.startswith("ai500/"):
                continue
            target = included.removeprefix("ai500/")
            if target not in all_headers:
                offences.append(f"{here}:{line}: there is no <{included}>")
                continue
            try:
                other_room, other_layer = place(target)
            except KeyError:
                continue  # reported where that header stands
            if room != other_room and other_layer >= layer:
                offences.append(
                    f"{here}:{line}: {room} (layer {layer}) includes {other_room} "
                    f"(layer {other_layer}); includes only go down"
                )
    return offences


def circles(root: Path) -> list[str]:
    """Circles of includes, each as one line."""
    known = set(headers(root))
    graph = {
        header: [
            target
            for _, _, included in includes(root, header)
            if (target := included.removeprefix("ai500/")) in known
        ]
        for header in known
    }
    found: list[str] = []
    done: set[str] = set()

    def visit(header: str, path: list[str]) -> None:
        if header in path:
            circle = path[path.index(header) :] + [header]
            found.append(f"include/ai500/{header}:1: a circle: {' -> '.join(circle)}")
            return
        if header in done:
            return
        for target in graph[header]:
            visit(target, path + [header])
        done.add(header)

    for header in sorted(graph):
        visit(header, [])
    return found


def self_test() -> list[str]:
    """What of a small tree with known offences this check does not report, or reports wrongly."""
    tree = {
        "core/types.hpp": "",
        "core/first.hpp": "#include <ai500/core/second.hpp>\n",
        "core/second.hpp": "#include <ai500/core/first.hpp>\n",
        "graph/shape.hpp": "#include <vector>\n#include <ai500/core/types.hpp>\n",
        "graph/upward.hpp": "// why\n#include <ai500/training/network.hpp>\n",
        "graph/sideways.hpp": "#include <ai500/metrics/flops.hpp>\n",
        "graph/quoted.hpp": '#include "shape.hpp"\n',
        "graph/missing.hpp": "  #  include <ai500/graph/nowhere.hpp>\n",
        "metrics/flops.hpp": "// #include <ai500/training/network.hpp>\n",
        "training/network.hpp": "#include <ai500/graph/shape.hpp>\n",
        "cellar/wine.hpp": "",
        "command_line.hpp": "#include <ai500/configuration/configuration.hpp>\n",
        "command_line.ipp": "#include <ai500/command_line.hpp>\n#include <ai500/version.hpp>\n",
        "configuration/configuration.hpp": "#include <ai500/command_line.hpp>\n",
        "version.hpp": "#include <ai500/run.hpp>\n",
        "run.hpp": "",
    }
    expected = {
        "core/first.hpp:1",
        "graph/upward.hpp:2",
        "graph/sideways.hpp:1",
        "graph/quoted.hpp:1",
        "graph/missing.hpp:1",
        "cellar/wine.hpp:1",
        "command_line.hpp:1",  # the circle with configuration.hpp
        "configuration/configuration.hpp:1",
        "version.hpp:1",
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for header, text in tree.items():
            path = root / "include" / "ai500" / header
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = {
            offence.removeprefix("include/ai500/").split(": ")[0]
            for offence in upward_includes(root) + circles(root)
        }
    return [f"not found: {place}" for place in sorted(expected - found)] + [
        f"found wrongly: {place}" for place in sorted(found - expected)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        offences = self_test()
    else:
        offences = upward_includes(arguments.root) + circles(arguments.root)
        print(f"layers: {len(headers(arguments.root))} headers, {len(offences)} offences")
    print("\n".join(offences))
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
