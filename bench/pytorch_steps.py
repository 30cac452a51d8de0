# SPDX-License-Identifier: Apache-2.0
"""Runs PyTorch's steps of ResNet-50 v1.5 on request, as bench_step_server runs ours: the same lines on standard
input and output. Needs torch, and nothing else; compare_pytorch.py starts it."""

import argparse
import json
import sys
import time
from pathlib import Path

import torch
from torch import nn


def convolution(channels, filters, kernel, stride=1):
    return nn.Conv2d(channels, filters, kernel, stride, padding=kernel // 2, bias=False)


class Bottleneck(nn.Module):
    """He et al. 2016, figure 5 right, with the stride in the 3x3 convolution: v1.5."""

    def __init__(self, channels, width, stride):
        super().__init__()
        self.convolution1 = convolution(channels, width, 1)
        self.normalization1 = nn.BatchNorm2d(width)
        self.convolution2 = convolution(width, width, 3, stride)
        self.normalization2 = nn.BatchNorm2d(width)
        self.convolution3 = convolution(width, 4 * width, 1)
        self.normalization3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.projection = None
        if stride != 1 or channels != 4 * width:
            self.projection = nn.Sequential(
                convolution(channels, 4 * width, 1, stride), nn.BatchNorm2d(4 * width)
            )

    def forward(self, x):
        shortcut = x if self.projection is None else self.projection(x)
        y = self.relu(self.normalization1(self.convolution1(x)))
        y = self.relu(self.normalization2(self.convolution2(y)))
        y = self.normalization3(self.convolution3(y))
        y += shortcut
        return self.relu(y)


class ResNet50(nn.Sequential):
    def __init__(self, classes=1000):
        layers = [
            convolution(3, 64, 7, 2),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),
        ]
        channels = 64
        for stage, blocks in enumerate((3, 4, 6, 3)):
            for block in range(blocks):
                stride = 2 if block == 0 and stage > 0 else 1
                layers.append(Bottleneck(channels, 64 << stage, stride))
                channels = 4 * (64 << stage)
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
        super().__init__(*layers)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")


def optimizer_of(model, learning_rate):
    """SGD with momentum as ours: no weight decay on normalizations' parameters and biases."""
    decaying = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    return torch.optim.SGD(
        [{"params": decaying, "weight_decay": 2.0**-15}, {"params": others, "weight_decay": 0.0}],
        lr=learning_rate,
        momentum=0.875,
    )


def autocast(device, precision):
    dtype = torch.float16 if precision == "fp16" else torch.bfloat16
    return torch.autocast(device, dtype=dtype, enabled=precision in ("bf16", "fp16"))


def training_step(model, images, labels, device, precision):
    """A function that does a step and returns its loss, on the device: reading it waits for the step."""
    optimizer = optimizer_of(model, 0.0)  # as ours, so that every step computes the same
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.1)
    scaler = torch.amp.GradScaler(device, enabled=precision == "fp16")

    def step():
        optimizer.zero_grad(set_to_none=True)
        with autocast(device, precision):
            loss = loss_function(model(images), labels)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss

    return step


def inference_step(model, images, device, precision):
    model.eval()

    def step():
        with torch.no_grad(), autocast(device, precision):
            return torch.softmax(model(images), dim=1)[0, 0]

    return step


def peak_memory():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def say(value):
    print(json.dumps(value), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", choices=("training", "inference"), default="training")
    parser.add_argument("--precision", choices=("fp32", "tf32", "bf16", "fp16"), default="fp32")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--layout", choices=("contiguous", "channels_last"), default="contiguous")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    on_cpu = options.device == "cpu"

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    layout = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    torch.backends.cudnn.benchmark = True
    model = ResNet50().to(options.device, memory_format=layout[options.layout])
    images = (torch.rand(options.batch, 3, 224, 224) * 2 - 1).to(options.device)
    images = images.contiguous(memory_format=layout[options.layout])
    labels = torch.zeros(options.batch, dtype=torch.long, device=options.device)
    parameters = sum(p.numel() for p in model.parameters())
    run = torch.compile(model) if options.compile else model
    if options.work == "training":
        step = training_step(run, images, labels, options.device, options.precision)
    else:
        step = inference_step(run, images, options.device, options.precision)

    say(
        {
            "ready": {
                "program": "PyTorch " + torch.__version__,
                "work": options.work,
                "model": "resnet50-v1.5",
                "precision": options.precision,
                "batch": options.batch,
                "threads": torch.get_num_threads(),
                "layout": options.layout,
                "compiled": options.compile,
                "parameters": parameters,
            }
        }
    )
    for request in sys.stdin:
        word, count = request.split()
        if word != "run":
            raise SystemExit(f"'{request.strip()}' is no request; one is 'run N'")
        # A host's steps are timed one by one; a GPU is given all of them and waited for once, as ours is.
        count, seconds = int(count), []
        for group in [1] * count if on_cpu else [count]:
            begin = time.perf_counter()
            for _ in range(group):
                result = step()
            result = result.item()
            seconds += [(time.perf_counter() - begin) / group] * group
        say({"seconds": seconds, "result": result})
    say({"summary": {"memory": {"peak_bytes": peak_memory()}}})


if __name__ == "__main__":
    main()
