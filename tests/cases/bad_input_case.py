# SPDX-License-Identifier: Apache-2.0
"""Bad input: one clear error that names the thing, exit code 1 (run time) or 2 (usage), never a hang or a crash."""

import gzip
import shutil

from case import FASHION_MNIST, Folder, check, done, need_fashion_mnist, refuses, run

need_fashion_mnist()
FILES = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
         "t10k-labels-idx1-ubyte.gz"]


def data_with(folder, name, contents):
    """A data folder like the real one, but for one file; None leaves the file out."""
    folder.mkdir()
    for file in FILES:
        if file != name:
            (folder / file).symlink_to(FASHION_MNIST / file)
    if contents is not None:
        (folder / name).write_bytes(contents)
    return folder


with Folder() as folder:
    out = ["--output", folder / "out"]

    # Usage: exit code 2.
    refuses(2, "--bogus", arguments=["--bogus", *out])
    refuses(2, "--bogus", arguments=["--bogus", *out], ranks=2)
    refuses(2, "Eq. (5)", "1 x 2", "2 x 1", arguments=["--jobs", 3, *out], ranks=2)
    refuses(2, "Eq. (5)", "1 x 1", arguments=["--jobs", 2, "--degree", 2, *out])
    refuses(2, "--batch 100", "P_degree x micro-batch", arguments=["--batch", 100, "--micro-batch", 32, *out])
    refuses(2, "--batch", "bootstrap", arguments=["--batch", 70000, *out])
    refuses(2, "--batch", arguments=["--batch", 0, *out])
    refuses(2, "--augmentation 'flip'", "none or crop-and-mirror", arguments=["--augmentation", "flip", *out])
    refuses(2, "--crop-padding 28", "at most 27", "28 x 28",
            arguments=["--augmentation", "crop-and-mirror", "--crop-padding", 28, *out])
    refuses(2, "--seed", arguments=["--seed", "abc", *out])
    refuses(2, "--threads 0", arguments=["--threads", 0, *out])
    refuses(2, "--threads 1000", "cores", arguments=["--threads", 1000, *out])
    refuses(2, "--job 2", arguments=["--job", 2, "--jobs", 2, *out])
    (folder / "bad.toml").write_text("jobs = 2\nepoch = 3\n")
    refuses(2, "epoch", "bad.toml", arguments=["--config", folder / "bad.toml", *out])
    refuses(2, "missing.toml", arguments=["--config", folder / "missing.toml", *out])

    # The output: found before training.
    (folder / "file").write_text("")
    refuses(1, str(folder / "file"), arguments=["--quick", "--output", folder / "file" / "out"])
    refuses(1, str(folder / "file"), arguments=["--quick", "--jobs", 2, "--output", folder / "file" / "out"], ranks=2)
    refuses(1, "no finished member", arguments=["aggregate", folder])

    # The data.
    images = (FASHION_MNIST / FILES[2]).read_bytes()
    labels = gzip.decompress((FASHION_MNIST / FILES[3]).read_bytes())
    raw = gzip.decompress(images)
    cases = {
        "missing": (FILES[0], None, FILES[0][:-3]),
        "empty": (FILES[2], b"", FILES[2]),
        "truncated gzip": (FILES[2], images[: len(images) // 2], FILES[2]),
        "corrupt gzip": (FILES[2], images[:2000] + b"\x55" * 64 + images[2064:], FILES[2]),
        "truncated IDX": (FILES[2], gzip.compress(raw[:-1], 1), FILES[2]),
        "count too large": (FILES[2], gzip.compress(raw[:4] + b"\xff\xff\xff\xff" + raw[8:], 1), FILES[2]),
        "wrong magic": (FILES[3], gzip.compress(b"\0\0\0\0" + labels[4:]), FILES[3]),
        "label out of range": (FILES[3], gzip.compress(labels[:-1] + b"\x0a"), FILES[3]),
        "one label less": (FILES[3], gzip.compress(labels[:4] + (9999).to_bytes(4, "big") + labels[8:-1]), FILES[3]),
    }
    for name, (file, contents, said) in cases.items():
        data = data_with(folder / name.replace(" ", "-"), file, contents)
        refuses(1, said, arguments=["--quick", "--data", data, *out])
    refuses(1, "nowhere", "dataset-fashion-mnist", arguments=["--quick", "--jobs", 2, "--data", folder / "nowhere", *out],
            ranks=2)

    # Members: damaged, or trained otherwise.
    code, _, err = run("--quick", "--output", folder / "members")
    check(code == 0, f"a quick run ends with 0: {err}")
    refuses(1, "trained with other settings", "seed 7", arguments=["--quick", "--seed", 7, "--output", folder / "members"])
    predictions = folder / "members" / "member-0000" / "predictions.safetensors"
    kept = predictions.read_bytes()
    predictions.write_bytes(kept[:-1])
    refuses(1, "predictions.safetensors", arguments=["aggregate", folder / "members"])
    predictions.write_bytes(kept[:-4] + b"\0\0\0\0")
    refuses(1, "predictions.safetensors", arguments=["aggregate", folder / "members"])
    (folder / "members" / "member-0000" / "member.json").write_text("{")
    refuses(1, "member.json", arguments=["aggregate", folder / "members"])

done()
