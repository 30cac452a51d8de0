# SPDX-License-Identifier: Apache-2.0
"""The main job, quick: its report, its files, its members, the vote over them again, and a rerun."""

import csv
import json
import shutil

from case import BENCHMARK, SOURCE, Folder, check, done, need_fashion_mnist, run

need_fashion_mnist()

with Folder() as folder:
    output = folder / "run"
    code, out, err = run("--jobs", 2, "--threads", 1, "--quick", "--output", output, ranks=2)
    check(code == 0, f"a quick run ends with 0, not {code}: {err}")
    check("NOT A RESULT" in out, "a quick run says NOT A RESULT")
    check("PASSED" not in out and "FAILED" not in out, "a quick run is neither PASSED nor FAILED")
    check("epoch 1/1" in err and "images/s" in err and "left" in err, f"progress is shown: {err}")
    for text in ("Poisson", "SGD with momentum", "fp32", "data", "mpi", "onednn", "NCHW", "Table 3",
                 "Fashion-MNIST", "ResNet-8", "AVX" if "avx2" in open("/proc/cpuinfo").read() else "generic"):
        check(text in out, f"the report names '{text}':\n{out}")

    text = (output / "result.json").read_text()
    result = json.loads(text)
    try:
        import jsonschema
    except ImportError:
        print("SKIPPED: the schema, for lack of Debian's python3-jsonschema")
    else:
        schema = json.loads((SOURCE / "docs" / "result.schema.json").read_text())
        for error in jsonschema.Draft7Validator(schema).iter_errors(result):
            check(False, f"result.json fits docs/result.schema.json: {error.message}")
    check(result["ensemble_size"] == 2 and result["members_kept"] == 2, "M = M' = 2")
    check(result["parallelism_degree"] == 1 and result["scale"] == 2, "Eq. (5): 2 = 2 x 1")
    check(result["quick"] is True and "passed" not in result, "quick, and so not passed")
    # 8 steps of the default batch, by two members
    processed = sum(member["samples_processed"] for member in result["members"])
    check(processed == 2 * 8 * result["batch"], f"samples processed: {processed}")
    seconds = max(member["seconds"] for member in result["members"])
    flops = processed * result["training_flops_per_sample"] / seconds
    check(abs(result["flops"] / flops - 1) < 1e-9, "FLOPS is Eq. (6)")
    quality = result["quality"]
    penalty = (quality["achieved"] / quality["target"]) ** quality["exponent"]
    check(abs(result["valid_flops"] / (flops * penalty) - 1) < 1e-9, "VFLOPS is Eq. (7), (8)")
    for member in result["members"]:
        share = member["distinct_samples"] / 60000
        check(abs(share - 0.632) < 0.01, f"a Poisson bootstrap holds 63.2 % distinct samples, not {share}")

    rows = list(csv.reader(open(output / "results.csv")))
    check(len(rows) == 2 and len(rows[0]) == len(rows[1]), "results.csv has a header and a row")

    finished = {m: (output / f"member-000{m}" / "predictions.safetensors").read_bytes() for m in (0, 1)}
    code, out, err = run("aggregate", output)
    check(code == 0, f"aggregate ends with 0: {err}")
    again = json.loads((output / "result.json").read_text())
    check(again["quality"] == result["quality"], "the vote over the folder is the vote of the run")
    check(again["data"] == result["data"], "both read the data in place")
    check(len(list(csv.reader(open(output / "results.csv")))) == 3, "aggregate appends a row")

    shutil.rmtree(output / "member-0001")
    code, out, err = run("--jobs", 2, "--threads", 1, "--quick", "--output", output, ranks=2)
    check(code == 0, f"a rerun ends with 0: {err}")
    check("job 0" not in err, f"a rerun does not train member 0 again: {err}")
    check((output / "member-0001" / "predictions.safetensors").read_bytes() == finished[1],
          "the member trained again has the same bits")

    single = folder / "single"
    for job in (0, 1):
        code, out, err = run("--job", job, "--jobs", 2, "--threads", 1, "--quick", "--output", single)
        check(code == 0, f"--job {job} ends with 0: {err}")
        check((single / f"member-000{job}" / "predictions.safetensors").read_bytes() == finished[job],
              f"--job {job} trains bit for bit the member of the common run")
    code, out, err = run("aggregate", single)
    separate = json.loads((single / "result.json").read_text())
    check(separate["quality"]["achieved"] == result["quality"]["achieved"], "separate runs vote alike")
    check(separate["timing"].startswith("separate runs"), "the report says that the members ran separately")

    code, out, err = run("--jobs", 1, "--quick", "--output", folder / "degree", ranks=2)
    check(code == 0, f"P_degree = 2 ends with 0: {err}")
    degree = json.loads((folder / "degree" / "result.json").read_text())
    check(degree["parallelism_degree"] == 2, "P_degree = 2")
    reductions = degree["reductions"]
    # 77,754 gradients, 2 x 336 statistics, the loss: floats
    check(reductions["wire_bytes_per_step"] == 4 * (77754 + 672 + 1), f"wire bytes: {reductions}")
    check("shared memory" in reductions["transport"], f"one host sums in shared memory: {reductions}")
    check(reductions["exposed_seconds"] > 0 and reductions["hidden_seconds"] > 0, f"seconds: {reductions}")
    check("shared memory of one host" in out and "exposed" in out, f"the report says how ranks reduce:\n{out}")
    check("none: one rank a base model" in (run("aggregate", output)[1]), "one rank reduces nothing")

done()
