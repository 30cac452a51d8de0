# SPDX-License-Identifier: Apache-2.0
"""The house as the checks know it: rooms, layers, and the libraries a header may include."""

import re
from pathlib import Path

# Includes only go down: a header may include its own room or a room of a lower layer.
LAYERS = (
    ("core",),
    ("graph", "metrics", "configuration"),
    ("devices", "precision", "samplers", "aggregation"),
    ("kernels", "collectives", "optimizers", "parallel_modes"),
    ("models", "datasets", "storage", "monitoring"),
    ("training", "parallelism"),
    ("workloads", "bagging", "reports"),
    ("workbench",),  # 7: and ensemble.hpp
    (),  # 8: run.hpp
)
LAYER_OF_ROOM = {room: layer for layer, rooms in enumerate(LAYERS) for room in rooms}

# Headers that stand in no room, by their name without extension.
LAYER_OF_TOP_HEADER = {
    "version": 0,
    "command_line": 7,
    "ensemble": 7,
    "run": 8,
    "implementation": 8,
}

# How an included file's path tells its library.
LIBRARIES = {
    "Eigen": re.compile(r"/Eigen/"),
    "cuDNN": re.compile(r"/cudnn\w*\.h$"),
    "cuBLAS": re.compile(r"/cublas\w*\.h$"),
    "oneDNN": re.compile(r"/dnnl\.hp*$"),
    "zlib": re.compile(r"/zlib\.h$"),
    "MPI": re.compile(r"/mpi\.h$"),
    "NCCL": re.compile(r"/nccl\.h$"),
    "CUDA": re.compile(r"/cuda_runtime(_api)?\.h$"),
    "CLI11": re.compile(r"/CLI/"),
    "toml++": re.compile(r"/toml\+\+/"),
    "JSON": re.compile(r"/nlohmann/"),
    "xxHash": re.compile(r"/xxhash\.h$"),
}

# The headers that may include a library, directly or not. All others need nothing but a compiler.
LIBRARIES_OF_HEADERS = (
    (re.compile(r"kernels/reference(/gemm)?\.ipp"), {"Eigen"}),
    (re.compile(r"kernels/onednn(/.*)?\.ipp|kernels/onednn/api\.hpp"), {"oneDNN"}),
    # cudnn.h includes CUDA's runtime.
    (
        re.compile(
            r"kernels/cudnn(/(api|target|patterns|plan|prepared_plan|context|convolution))?\.ipp"
            r"|kernels/cudnn/(api|plan_state|prepared_plan)\.hpp"
        ),
        {"cuDNN", "CUDA"},
    ),
    (
        re.compile(r"kernels/cudnn/(fully_connected|kernel_set)\.ipp"),
        {"cuDNN", "CUDA", "cuBLAS"},
    ),
    (re.compile(r"collectives/(mpi|mpi_call|mpi_messages|message_reduction)\.hpp"), {"MPI"}),
    (re.compile(r"collectives/nccl\.ipp|collectives/nccl/(check\.hpp|(membership|sums)\.ipp)"), {"NCCL", "CUDA"}),
    (re.compile(r"devices/cuda\.ipp|devices/cuda/check\.hpp"), {"CUDA"}),
    (re.compile(r"datasets/(gzip_file|fashion_mnist)\.ipp"), {"zlib"}),
    (re.compile(r"command_line\.ipp"), {"CLI11", "toml++"}),
    (re.compile(r"(reports|storage)/.*\.ipp"), {"JSON", "xxHash"}),
    (re.compile(r"training/checkpoint\.ipp|parallelism/data_duplicator\.ipp"), {"JSON", "xxHash"}),
    (re.compile(r"workbench/(options|workbench)\.ipp"), {"CLI11"}),
    (re.compile(r"implementation\.hpp"), {"CLI11", "toml++", "JSON", "xxHash"}),
)


def headers(root: Path) -> list[str]:
    """The headers of ai500 as they are included: "core/types.hpp"."""
    top = root / "include" / "ai500"
    return sorted(
        str(path.relative_to(top)) for path in top.rglob("*") if path.suffix in (".hpp", ".ipp")
    )


def allowed_libraries(header: str) -> set[str]:
    allowed: set[str] = set()
    for pattern, libraries in LIBRARIES_OF_HEADERS:
        if pattern.fullmatch(header):
            allowed |= libraries
    return allowed


def sources(root: Path, suffixes: tuple[str, ...], names: tuple[str, ...] = ()) -> list[Path]:
    """The project's own files with one of these suffixes or names."""
    found = [path for path in root.glob("*") if path.is_file()]
    for folder in ("include", "tests", "examples", "bench", "cmake", ".ci"):
        found += [path for path in (root / folder).rglob("*") if path.is_file()]
    return sorted(
        path
        for path in found
        if (path.suffix in suffixes or path.name in names) and "__pycache__" not in path.parts
    )
