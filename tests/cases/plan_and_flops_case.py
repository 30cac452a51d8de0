# SPDX-License-Identifier: Apache-2.0
"""`plan`, `flops`, `--help` and `--version`: they run nothing and say what they promise."""

from case import check, done, refuses, run

code, out, err = run("plan", "--scale", 64, "--ranks-per-node", 8, "--degree", 8)
check(code == 0, f"plan ends with 0: {err}")
check("M" in out and "64" in out and "node7" in out, f"plan shows 64 ranks on 8 nodes:\n{out}")
check(sum("node" in line for line in out.splitlines()) >= 8, f"plan has a line a job:\n{out}")
code, out, err = run("plan", "--jobs", 2, ranks=2)
check(code == 0 and out.count("Sys_scale = M x P_degree") == 1, f"plan under mpirun prints once:\n{out}{err}")
refuses(2, "Eq. (5)", arguments=["plan", "--scale", 64, "--jobs", 5])

code, out, err = run("plan", "--program", "--jobs", 1, "--batch", 32)
check(code == 0, f"plan --program ends with 0: {err}")
for text in ("Sys_scale = M x P_degree", "Training, one step of a rank", "convolution filter gradient", "update",
             "3 x normalization forward + add + relu", "reorders: 0", "Evaluation", "softmax", "arena",
             "; in place of ", "; by jit:", "3 x convolution evaluation + add + relu"):
    check(text in out, f"plan --program prints '{text}':\n{out}")
code, out, err = run("plan", "--program", "--scale", 8, "--ranks-per-node", 4, "--degree", 4, "--batch", 32)
check(code == 0 and "all-reduce" in out, f"plan --program of another machine has its reductions:\n{out}{err}")
refuses(2, "--program", "option of plan", arguments=["--program"])
check("images by" not in out, f"plan --program says nothing of an augmentation that there is not:\n{out}")
code, out, err = run("plan", "--program", "--batch", 32, "--augmentation", "crop-and-mirror")
check(code == 0 and "one step of a rank, images by crop and mirror (padding 4)" in out,
      f"plan --program names the augmentation:\n{out}{err}")

code, out, err = run("flops")
check(code == 0, f"flops ends with 0: {err}")
for text in ("Convolution", "Fully-connected", "Element-wise", "Pooling", "Normalization", "forward", "training",
             "Table 3", "multiply-add is two"):
    check(text in out, f"flops prints '{text}':\n{out}")
# 64 x 10 multiply-adds in the classifier: 640 by Table 3, 1,280 by the other rule set.
rows = [line.split() for line in out.splitlines() if line.startswith("Fully-connected")]
check([row[2] for row in rows] == ["640", "1,280"], f"both rule sets count the classifier: {rows}")

code, out, err = run("--help")
check(code == 0 and err == "", f"--help ends with 0: {err}")
for option in ("--jobs", "--degree", "--job", "--epochs", "--batch", "--micro-batch", "--augmentation",
               "--crop-padding", "--threads", "--seed", "--data",
               "--scratch", "--checkpoint-steps", "--autotune", "--output", "--quick", "--config", "plan", "flops", "aggregate"):
    check(option in out, f"--help names {option}:\n{out}")
code, out, err = run("--help", ranks=2)
check(out.count("--micro-batch") == 1, "--help is printed once under mpirun")
code, out, err = run("--version")
check(code == 0 and out.strip() != "", f"--version ends with 0: {out}{err}")

done()
