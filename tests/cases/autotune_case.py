# SPDX-License-Identifier: Apache-2.0
"""`--autotune FILE`: the first run times and writes the file, later ones obey it, all ranks the same."""

import json

from case import Folder, check, done, need_fashion_mnist, refuses, run

need_fashion_mnist()


def trained(folder, name, file, ranks, threads=1):
    """The report of a quick run and its members' predictions."""
    output = folder / name
    code, _, err = run("--quick", "--jobs", ranks, "--threads", threads, "--autotune", file, "--output", output,
                       ranks=ranks)
    check(code == 0, f"{name} ends with 0: {err}")
    report = json.loads((output / "result.json").read_text())
    return report, [path.read_bytes() for path in sorted(output.glob("member-*/predictions.safetensors"))]


with Folder() as folder:
    file = folder / "ways.txt"
    first, predictions = trained(folder, "first", file, ranks=2)
    ways = file.read_text()
    lines = ways.splitlines()
    check(lines[0] == "ai500 choices of ways, form 1" and "threads 1" in lines[1], f"the file says what it is:\n{ways}")
    for step in ("convolution ", "convolution data gradient ", "convolution filter gradient "):
        check(any(line.startswith(step) and " = " in line for line in lines), f"the file has a way of '{step}':\n{ways}")
    check("steps chosen by timing, XXH3-128 " in first["kernels"], f"the report names the ways: {first['kernels']}")

    second, again = trained(folder, "second", file, ranks=2)
    check(file.read_text() == ways, "what is in the file is obeyed, not timed again")
    check(second["kernels"] == first["kernels"], "the same ways, the same report")
    check(len(predictions) == 2 and again == predictions, "the same ways, the same bits")

    chosen = lines[-1].rpartition(" = ")[2]
    code, out, err = run("plan", "--program", "--jobs", 1, "--threads", 1, "--autotune", file)
    check(code == 0 and f"; by {chosen}" in out, f"plan --program names the ways:\n{out}{err}")

    refuses(2, str(file), "threads 1", "threads 2", "name another file",
            arguments=["--quick", "--threads", 2, "--autotune", file, "--output", folder / "other"])
    file.write_text(ways + "nonsense\n")
    refuses(2, f"{file}:{len(lines) + 1}: must be 'STEP = WAY'", ranks=2,
            arguments=["--quick", "--threads", 1, "--autotune", file, "--output", folder / "damaged"])
    file.write_text("\n".join(lines[:-1]) + f"\n{lines[-1].rpartition(' = ')[0]} = jit:nothing\n")
    refuses(1, "cannot prepare the step", "has no implementation 'jit:nothing'",
            arguments=["--quick", "--threads", 1, "--autotune", file, "--output", folder / "unknown"])

done()
