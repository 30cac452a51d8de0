# SPDX-License-Identifier: Apache-2.0
"""ai500 as other projects get it: each way a small consumer is configured, built and run in a temporary
folder, which is a git repository with a revision of its own. Nothing is downloaded.

    package.py --source DIR --build DIR WAY      WAY: find_package, add_subdirectory, fetch_content, deb
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
SOURCES = (".hpp", ".ipp", ".cpp", ".cuh", ".cu", ".cmake")  # what is installed


class Failure(Exception):
    """A check that does not hold."""


def check(holds, what):
    if not holds:
        raise Failure(what)


def run(*command, folder=None):
    """Standard output and standard error of a command that must succeed."""
    code, said = outcome(*command, folder=folder)
    check(code == 0, f"exit code {code} of {' '.join(map(str, command))}:\n{said}")
    return said


def outcome(*command, folder=None):
    done = subprocess.run([str(part) for part in command], cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment(), timeout=800)
    return done.returncode, done.stdout


def environment():
    """This process's, without a way to the network and without a prefix where another ai500 may be."""
    nowhere = "http://127.0.0.1:9"
    closed = {"http_proxy": nowhere, "https_proxy": nowhere, "GIT_ALLOW_PROTOCOL": "file"}
    return {name: value for name, value in os.environ.items() if name != "CMAKE_PREFIX_PATH"} | closed


def git(folder, *arguments):
    author = ["-c", "user.name=consumer", "-c", "user.email=consumer@localhost"]
    return run("git", *author, "-C", folder, *arguments).strip()


def as_repository(folder):
    """Makes a folder a git repository with one commit; returns its revision. Without git there is none to confuse."""
    if not shutil.which("git"):
        return "unknown"
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "the consumer's own")
    return git(folder, "describe", "--always")


def source_revision(source):
    """What `git describe` says of ai500's sources; "unknown" where they are no repository of their own."""
    if not shutil.which("git"):
        return "unknown"
    code, prefix = outcome("git", "-C", source, "rev-parse", "--show-prefix")
    if code != 0 or prefix.strip():
        return "unknown"
    return git(source, "describe", "--always", "--dirty", "--exclude=*")


class Consumer:
    """A copy of tests/package/<name> and its build folder."""

    def __init__(self, name, temporary, arguments):
        self.folder = temporary / name
        shutil.copytree(HERE / name, self.folder)
        self.revision = as_repository(self.folder)
        self.build = temporary / f"{name}-build"
        self.arguments = arguments

    def configure(self, *definitions):
        # -O1 compiles in half the time of a Release build.
        return run("cmake", "-S", self.folder, "-B", self.build, *self.arguments, "-DCMAKE_BUILD_TYPE=Release",
                   "-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DFETCHCONTENT_FULLY_DISCONNECTED=ON", *definitions)

    def make(self):
        return run("cmake", "--build", self.build)

    def libraries(self):
        """The libraries of ai500 that the consumer's build made."""
        return sorted(path.stem.removeprefix("libai500_") for path in self.build.rglob("libai500_*.a"))

    def report(self):
        """result.json of a quick run of its benchmark."""
        output = self.build / "output"
        run(self.build / "consumer", "--quick", "--output", output)
        return json.loads((output / "result.json").read_text())


def configured_consumer(temporary, prefix, arguments):
    """The consumer of an installed ai500, which it has found below `prefix`."""
    consumer = Consumer("find_package", temporary, arguments)
    consumer.configure(f"-DCMAKE_PREFIX_PATH={prefix}")
    found = (consumer.build / "CMakeCache.txt").read_text()
    check(f"ai500_DIR:PATH={prefix / 'share' / 'cmake' / 'ai500'}" in found, "the ai500 found is the installed one")
    return consumer


def contents(folder):
    """Every file below a folder, by its name there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def install(build, prefix):
    run("cmake", "--install", build, "--prefix", prefix)
    for path in prefix.rglob("*"):
        check(path.is_dir() or path.suffix in SOURCES or path.name == "LICENSE",
              f"{path}: nothing but headers, sources and CMake files is installed")


def check_messages(temporary, prefix, arguments):
    """What find_package says where something is missing."""

    def find(what, *definitions):
        folder = temporary / "messages"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.25)\nproject(consumer CXX)\nfind_package(ai500 {what})\n"
            'message(STATUS "found ${ai500_FOUND}, run ${ai500_run_FOUND}, zlib ${ai500_zlib_FOUND}, '
            'left ${ai500_wanted}${ai500_missing}")\n'
            "if(TARGET ai500::zlib)\n  message(STATUS \"there is zlib\")\nendif()\n")
        code, said = outcome("cmake", "-S", folder, "-B", folder / "build", *arguments,
                             f"-DCMAKE_PREFIX_PATH={prefix}", *definitions)
        return code, " ".join(said.split())

    no_cli11 = "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON"
    no_onednn = "-DAI500_onednn_LIBRARY=AI500_onednn_LIBRARY-NOTFOUND"
    cases = {
        ("REQUIRED COMPONENTS run zlib", no_cli11): (1, "ai500::run lacks", "apt-get install libcli11-dev"),
        ("REQUIRED COMPONENTS zlib", no_cli11): (0, "found 1", "there is zlib", "left -- "),
        ("REQUIRED COMPONENTS zlib OPTIONAL_COMPONENTS run", no_cli11): (0, "run FALSE", "libcli11-dev", "there is zlib"),
        ("REQUIRED", no_cli11): (0, "run FALSE, zlib TRUE", "libcli11-dev", "there is zlib"),
        ("COMPONENTS run", no_cli11): (0, "found 0"),
        ("REQUIRED COMPONENTS onednn", "-DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON"): (1, "ai500::onednn lacks", "libeigen3-dev"),
        ("REQUIRED COMPONENTS mpi", "-DCMAKE_DISABLE_FIND_PACKAGE_MPI=ON"): (1, "libopenmpi-dev openmpi-bin"),
        ("REQUIRED COMPONENTS abacus", no_cli11): (1, "no component 'abacus'", "run, eigen, onednn, zlib, mpi, cuda"),
        ("9.0 REQUIRED", no_cli11): (1, "compatible with requested version"),
        ("0.0.1 REQUIRED", no_cli11): (1, "compatible with requested version"),
    }
    for (what, definition), (code, *texts) in cases.items():
        returned, said = find(what, definition)
        check((returned != 0) == (code != 0), f"find_package(ai500 {what}) {definition}: exit code {returned}:\n{said}")
        for text in texts:
            check(text in said, f"find_package(ai500 {what}) {definition} should say '{text}':\n{said}")


def find_package(source, build, temporary, arguments):
    prefix = temporary / "installed"
    install(build, prefix)
    check_messages(temporary, prefix, arguments)
    consumer = configured_consumer(temporary, prefix, arguments)
    consumer.make()
    libraries = consumer.libraries()
    check(libraries == ["eigen", "onednn", "run"], f"only what is linked is compiled, not {libraries}")
    said = consumer.report()["environment"]["git_revision"]
    revision = source_revision(source)
    check(said == revision, f"the report names ai500's revision {revision}, not {said} (the consumer's is "
                            f"{consumer.revision})")


def add_subdirectory(source, build, temporary, arguments):
    """ai500 is copied into the consumer's repository, without its own: then it has no revision."""
    consumer = Consumer("add_subdirectory", temporary, arguments)
    vendored = consumer.folder / "ai500"
    shutil.copytree(source, vendored, ignore=shutil.ignore_patterns(".git", "build", "ai500-output"))
    consumer.configure()
    for folder in ("tests", "examples", "bench"):
        check(not (consumer.build / "ai500" / folder).exists(), f"ai500's {folder} are not built by its consumer")
    consumer.make()
    libraries = consumer.libraries()
    check(libraries == ["eigen", "run"], f"only what is linked is compiled, not {libraries}")
    report = consumer.report()
    said = report["environment"]["git_revision"]
    check(said == "unknown", f"sources without a repository have no revision, not {said}: that is the consumer's "
                             f"{consumer.revision}")
    check("relu: my relu" in report["kernels"], f"the consumer's kernel was used: {report['kernels']}")
    check("without optimization" not in report["environment"]["compiler"], "-O1 is optimized")


def fetch_content(source, build, temporary, arguments):
    consumer = Consumer("fetch_content", temporary, arguments)
    consumer.configure(f"-DAI500_SOURCE_DIR={source}")
    consumer.make()
    check(consumer.libraries() == [], f"headers alone need no library, {consumer.libraries()} were compiled")
    said = run(consumer.build / "consumer")
    check("22983942144" in said, f"the paper's 23.0 GFLOP: {said}")  # section 3.6, by hand in docs/metrics.md


def deb(source, build, temporary, arguments):
    """cpack's two packages. What the Debian package holds is what find_package() installs: the consumer finds
    it, and need not be built once more."""
    if not shutil.which("dpkg-deb"):
        print("SKIPPED: dpkg-deb is not here")
        sys.exit(SKIPPED)
    packages = temporary / "packages"
    run("cpack", "--config", build / "CPackConfig.cmake", "-B", packages, folder=temporary)

    archives = list(packages.glob("ai500-*.tar.gz"))
    check(len(archives) == 1, f"one archive: {archives}")
    with tarfile.open(archives[0]) as archive:
        names = archive.getnames()
    for file in ("include/ai500/run.hpp", "share/cmake/ai500/ai500Config.cmake", "share/cmake/ai500/git_revision.hpp"):
        check(f"{archives[0].name.removesuffix('.tar.gz')}/{file}" in names, f"{file} is in the archive: {names}")

    debs = list(packages.glob("libai500-dev_*_all.deb"))
    check(len(debs) == 1, f"one Debian package for all architectures: {list(packages.iterdir())}")
    control = run("dpkg-deb", "--field", debs[0])
    for text in ("Package: libai500-dev", "Architecture: all", "libdnnl-dev", "libeigen3-dev", "libopenmpi-dev",
                 "libcli11-dev", "nlohmann-json3-dev", "libtomlplusplus-dev", "libxxhash-dev", "zlib1g-dev"):
        check(text in control, f"the package says '{text}':\n{control}")
    listing = run("dpkg-deb", "--contents", debs[0])
    files = [line.split()[5] for line in listing.splitlines() if not line.startswith("d")]
    for file in ("./usr/include/ai500/run.hpp", "./usr/share/cmake/ai500/ai500Config.cmake"):
        check(file in files, f"{file} is in the package:\n{listing}")
    for file in files:
        check(file.startswith(("./usr/include/ai500/", "./usr/share/cmake/ai500/", "./usr/share/doc/")),
              f"{file}: nothing outside ai500's folders:\n{listing}")

    extracted = temporary / "extracted"
    run("dpkg-deb", "--extract", debs[0], extracted)
    configured_consumer(temporary, extracted / "usr", arguments)
    prefix = temporary / "installed"
    install(build, prefix)
    packed, installed = contents(extracted / "usr"), contents(prefix)
    different = sorted(file for file in packed.keys() | installed.keys() if packed.get(file) != installed.get(file))
    check(not different, f"the Debian package holds what is installed, byte for byte, but for {different}")


WAYS = {way.__name__: way for way in (find_package, add_subdirectory, fetch_content, deb)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=pathlib.Path, required=True, help="ai500's sources")
    parser.add_argument("--build", type=pathlib.Path, required=True, help="a configured build folder of them")
    parser.add_argument("way", choices=WAYS)
    # What remains is for the consumer's cmake: generator, compiler.
    arguments, rest = parser.parse_known_args()
    temporary = pathlib.Path(tempfile.mkdtemp(prefix="ai500-package-"))
    try:
        WAYS[arguments.way](arguments.source.resolve(), arguments.build.resolve(), temporary, rest)
    except Failure as failure:
        print(f"FAILED: {failure}")
        return 1
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    print("all checks hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
