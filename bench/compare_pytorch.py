# SPDX-License-Identifier: Apache-2.0
"""Times our steps of ResNet-50 v1.5 and PyTorch's by turns, in one run.

    python3 bench/compare_pytorch.py --python PYTHON_WITH_TORCH --json comparison.json

Each contender is a process, or several at once, that lives as long as its comparison and runs a few steps whenever it
is asked. In each round every contender is asked once, in an order that turns around from round to round: what changes
about the machine's clock meets all of them. A ratio is that of two contenders in one round; printed is the median of
the rounds' ratios, with the least and the most."""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent

# glibc gives large blocks back to the system and asks for them again in each step, unless told not to.
TUNED_MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 35),
    "MALLOC_TOP_PAD_": str(1 << 28),
}
# These make OpenBLAS another program than it is by itself, or the malloc.
REMOVED = (*TUNED_MALLOC, "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX")


class ContenderError(Exception):
    """A contender ended, or said something that is no answer."""


@dataclass
class Contender:
    """What is timed: one process, or as many as `jobs`, each pinned to a core of its own, that do the same at once."""

    label: str
    command: list
    environment: dict = field(default_factory=dict)
    jobs: int = 1
    ours: bool = False


class Running:
    """A contender whose processes live, until `finish`."""

    def __init__(self, contender):
        self.contender = contender
        self.rounds = []  # of each, the seconds a step of the slowest job
        self.results = []
        environment = {k: v for k, v in os.environ.items() if k not in REMOVED} | contender.environment
        cores = sorted(os.sched_getaffinity(0))
        self.processes = []
        try:
            for job in range(contender.jobs):
                mine = {cores[job % len(cores)]} if contender.jobs > 1 else set(cores)
                self.processes.append(
                    subprocess.Popen(
                        [str(part) for part in contender.command],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        env=environment,
                        text=True,
                        preexec_fn=lambda mine=mine: os.sched_setaffinity(0, mine),
                    )
                )
            self.ready = [self.answer(process, "ready")["ready"] for process in self.processes][0]
        except BaseException:
            self.end()
            raise

    def answer(self, process, key):
        """A process's next line, which must have this key."""
        line = process.stdout.readline()
        try:
            said = json.loads(line)
            said[key]
            return said
        except (ValueError, KeyError, TypeError):
            what = f"it said: {line.strip()}" if line else f"it ended with exit code {process.wait()}"
            raise ContenderError(f"{self.contender.label}: instead of '{key}' {what}") from None

    def run(self, steps):
        """Seconds a step of the job that takes longest, all of them at once."""
        for process in self.processes:
            try:
                process.stdin.write(f"run {steps}\n")
                process.stdin.flush()
            except BrokenPipeError:
                pass  # the answer that is not there says it
        answers = [self.answer(process, "seconds") for process in self.processes]
        self.results += [answer["result"] for answer in answers]
        return max(statistics.fmean(answer["seconds"]) for answer in answers)

    def finish(self):
        """What each job says of all its steps."""
        summaries = []
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            summaries.append(self.answer(process, "summary")["summary"])
            process.wait()
        return summaries

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()


@dataclass
class Comparison:
    title: str
    images: int  # a step of one job
    contenders: list


def order(count, round_number):
    """Who is asked first, second, ...: there and back again."""
    forward = list(range(count))
    return forward if round_number % 2 == 0 else forward[::-1]


def ratios(of, beside):
    """Round by round: how many times as fast `of` is as `beside`, both seconds an image."""
    return [b / a for a, b in zip(of, beside)]


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def check_same_model(running):
    counts = {r.contender.label: r.ready["parameters"] for r in running}
    if len(set(counts.values())) > 1:
        raise ContenderError(f"not the same model: numbers of parameters are {counts}")


def compare(comparison, rounds, steps):
    """Runs a comparison. Its result, as it is written to the JSON file."""
    running = []
    try:
        for contender in comparison.contenders:
            running.append(Running(contender))
        check_same_model(running)
        for one in running:
            one.run(2)  # warm: memory is touched, what is compiled late is compiled
        for number in range(rounds):
            for index in order(len(running), number):
                running[index].rounds.append(running[index].run(steps))
        rows = []
        for one in running:
            images = comparison.images * one.contender.jobs
            rows.append(
                {
                    "label": one.contender.label,
                    "ours": one.contender.ours,
                    "jobs": one.contender.jobs,
                    "ready": one.ready,
                    "environment": one.contender.environment,
                    "seconds_per_step": one.rounds,
                    "seconds_per_image": [seconds / images for seconds in one.rounds],
                    "results": spread(one.results),
                    "summaries": one.finish(),
                }
            )
    finally:
        for one in running:
            one.end()
    return {"title": comparison.title, "rounds": rounds, "steps_a_round": steps, "contenders": judged(rows)}


def judged(rows):
    """The rows with their images/s and how fast the first one, which is ours, is beside each."""
    first = rows[0]["seconds_per_image"]
    for row in rows:
        row["images_per_second"] = spread([1 / seconds for seconds in row["seconds_per_image"]])
        row["first_is_times_as_fast"] = spread(ratios(first, row["seconds_per_image"]))
    return rows


def best_peer(rows):
    """The fastest of the others; None if there is none."""
    peers = [row for row in rows if not row["ours"]]
    return max(peers, key=lambda row: row["images_per_second"]["median"], default=None)


def table(result):
    rows = result["contenders"]
    width = max(len(row["label"]) for row in rows) + 2
    lines = [
        f"{result['title']}; {result['rounds']} rounds of {result['steps_a_round']} steps",
        f"{'':{width}}{'images/s':>10}{'least':>9}{'most':>9}   {rows[0]['label']} is so many times as fast",
    ]
    for row in rows:
        rate, ratio = row["images_per_second"], row["first_is_times_as_fast"]
        line = f"{row['label']:{width}}{rate['median']:10.2f}{rate['least']:9.2f}{rate['most']:9.2f}"
        if row is not rows[0]:
            line += f"{ratio['median']:8.3f} ({ratio['least']:.3f} to {ratio['most']:.3f})"
        lines.append(line)
    best = best_peer(rows)
    if best is not None:
        lines.append(
            f"beside the best of the others, {best['label']}: {best['first_is_times_as_fast']['median']:.3f}"
        )
    for row in rows:
        if row["ours"]:
            lines += our_summary(row)
    return "\n".join(lines) + "\n"


def our_summary(row):
    """What our program says about itself: time by kind of step, memory, allocations."""
    summary = row["summaries"][0]
    times = summary["times"]
    whole = times["seconds_a_step"]
    parts = [f"{name} {100 * seconds / whole:.1f}" for name, seconds in times["seconds_of_kinds"].items()]
    lines = [
        f"{row['label']}, % of a step: {', '.join(parts)}; outside {100 * times['part_outside']:.2f}",
    ]
    if "memory" in summary:
        lines += memory_lines(summary)
    if "bytes_a_step" in summary:
        lines += rate_lines(row, summary)
    return lines


def memory_lines(summary):
    memory, allocations = summary["memory"], summary.get("allocations_after_first_step")
    made = "not counted"
    if allocations is not None:
        made = f"{allocations['ours']} of ours, {allocations['onednn']} inside oneDNN's calls"
    return [
        f"  memory, MB: at most {memory['peak_bytes'] / 1e6:.0f}; planned arena {memory['arena_bytes'] / 1e6:.0f}, "
        f"parameters {memory['parameter_bytes'] / 1e6:.0f}, optimizer {memory['optimizer_bytes'] / 1e6:.0f}; "
        f"allowed {memory['allowed_bytes'] / 1e6:.0f}: {'ok' if memory['within'] else 'TOO MUCH'}",
        f"  allocations after the first step: {made}",
    ]


def rate_lines(row, summary):
    """A GPU's step as a part of what the same GPU did with nothing but copies, or one product of matrices."""
    ready, seconds = row["ready"], statistics.median(row["seconds_per_step"])
    bytes_a_second, flops_a_second = summary["bytes_a_step"] / seconds, ready["flops_a_step"] / seconds
    return [
        f"  on {ready['device']}",
        f"  {bytes_a_second / 1e12:.2f} TB/s of steps' values = {bytes_a_second / ready['copy_bytes_a_second']:.2f} of a "
        f"copy's; {flops_a_second / 1e12:.1f} TFLOP/s = {flops_a_second / ready['matrix_flops_a_second']:.2f} of a "
        f"product's ({ready['matrix_flops_a_second'] / 1e12:.0f} TFLOP/s)",
    ]


def our_contender(options, work, precision, batch, jobs=1):
    threads = options.threads if jobs == 1 else 1
    label = "ai500" if jobs == 1 else f"ai500, {jobs} jobs of 1 thread"
    command = [options.server, "--work", work, "--precision", precision, "--model", options.model]
    command += ["--batch", batch, "--threads", threads]
    return Contender(label, command, jobs=jobs, ours=True)


def gpu_contenders(options, work, precision, batch):
    """PyTorch as its users run it on a GPU: channels_last, eager and compiled."""
    command = [options.python, HERE / "pytorch_steps.py", "--device", "cuda", "--layout", "channels_last"]
    command += ["--work", work, "--precision", precision, "--batch", batch]
    contenders = [Contender("PyTorch channels_last, eager", command)]
    if options.compile:
        contenders.append(Contender("PyTorch channels_last, compiled", command + ["--compile"]))
    return contenders


def pytorch_contenders(options, work, precision, batch, jobs=1):
    if options.device == "cuda":
        return gpu_contenders(options, work, precision, batch)
    threads = options.threads if jobs == 1 else 1
    command = [options.python, HERE / "pytorch_steps.py", "--work", work, "--precision", precision]
    command += ["--batch", batch, "--threads", threads]
    many = "" if jobs == 1 else f", {jobs} jobs of 1 thread"
    contenders = []

    def add(what, arguments, malloc):
        environment = {"OMP_NUM_THREADS": str(threads)} | (TUNED_MALLOC if malloc == "tuned" else {})
        contenders.append(Contender(f"PyTorch {what}, {malloc} malloc{many}", command + arguments, environment, jobs))

    layouts = ("contiguous", "channels_last") if jobs == 1 else ("channels_last",)
    for layout in layouts:
        for malloc in ("tuned", "untuned") if jobs == 1 else ("tuned",):
            add(layout, ["--layout", layout], malloc)
    if options.compile and jobs == 1:
        add("channels_last, compiled", ["--layout", "channels_last", "--compile"], "tuned")
    return contenders


def peers(options, work, precision, batch, jobs=1):
    if options.peer == "pytorch":
        peers_precision = precision.split("-")[0]  # fp32-winograd is a way of ours to compute fp32
        return pytorch_contenders(options, work, peers_precision, batch, jobs)
    if options.peer == "self":
        same = our_contender(options, work, precision, batch, jobs)
        return [Contender("the same again", same.command, jobs=jobs)]
    return []


def comparisons(options):
    for work in options.work:
        for precision in options.precision:
            for batch in options.batch:
                yield Comparison(
                    f"{work}, {precision}, {batch} images a step, {options.threads} threads",
                    batch,
                    [our_contender(options, work, precision, batch), *peers(options, work, precision, batch)],
                )
    if options.jobs > 1:
        for precision in options.precision:
            batch = options.batch[0]
            jobs = options.jobs
            yield Comparison(
                f"training, {precision}, {batch} images a step of a job: {jobs} jobs of 1 thread beside one of "
                f"{options.threads}",
                batch,
                [
                    our_contender(options, "training", precision, batch, jobs),
                    our_contender(options, "training", precision, batch),
                    *peers(options, "training", precision, batch, jobs),
                ],
            )


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--server", default=HERE.parent / "build/cpu-gcc/bench/bench_step_server", help="our program")
    parser.add_argument("--peer", choices=("pytorch", "self", "none"), default="pytorch")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="cuda: --server is bench_gpu_step_server")
    parser.add_argument("--python", default=sys.executable, help="a Python that has torch")
    parser.add_argument("--model", default="resnet50-v1.5", help="of ours; PyTorch has resnet50-v1.5 only")
    parser.add_argument("--work", nargs="+", choices=("training", "inference"), default=["training", "inference"])
    parser.add_argument("--precision", nargs="+", default=["fp32"], help="fp32 fp32-winograd bf16; on a GPU fp32 tf32 bf16 fp16")
    parser.add_argument("--batch", nargs="+", type=int, default=[16, 32], help="images a step")
    parser.add_argument("--threads", type=int, default=cores)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=2, help="of each contender in a round")
    parser.add_argument("--jobs", type=int, default=1, help="also compare so many jobs of 1 thread with one of all")
    parser.add_argument("--compile", action="store_true", help="also torch.compile; needs a C++ compiler")
    parser.add_argument("--json", type=Path, help="file to write")
    options = parser.parse_args(arguments)
    for name in ("threads", "rounds", "steps", "jobs"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    if options.peer == "pytorch" and options.model != "resnet50-v1.5":
        parser.error(f"--model {options.model}: PyTorch has resnet50-v1.5 only; --peer self or none takes others")
    if max(options.jobs, options.threads) > cores:
        parser.error(f"--jobs and --threads must not exceed the {cores} cores of this process")
    return options


def cpu_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def main(arguments=None):
    options = parse(arguments)
    results = []
    try:
        for comparison in comparisons(options):
            results.append(compare(comparison, options.rounds, options.steps))
            print(table(results[-1]), flush=True)
    except (ContenderError, OSError) as error:
        print(f"compare_pytorch: {error}", file=sys.stderr)
        return 1
    if options.json:
        written = {"program": "compare_pytorch", "host": os.uname().nodename, "cpu": cpu_name(), "comparisons": results}
        options.json.write_text(json.dumps(written, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
