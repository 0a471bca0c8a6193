"""Builds the programs of a Kubernetes control plane, KEDA and Jaeger from their Go modules, once.

`go install module@version` refuses a module whose go.mod replaces others, and all of these do. So each
program is built from a module of our own: the go.mod of its module, which then requires that module. What a
go.mod replaces by a folder of its repository is a published module too, and is taken from there.

    python -m tests.cluster.binaries        # builds what is missing, and prints where it is
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic

KUBERNETES = "v1.35.4"
KEDA = "v2.20.2"


@dataclass(frozen=True)
class Program:
    """A main package, and what its module is called and replaces."""

    name: str
    module: str
    version: str
    package: str
    # The version under which the folders of its repository are published, where go.mod does not say.
    staging: str = ""
    stamps: Mapping[str, str] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.version}"


def _kubernetes(name: str) -> Program:
    return Program(
        name,
        "k8s.io/kubernetes",
        KUBERNETES,
        f"k8s.io/kubernetes/cmd/{name}",
        staging=KUBERNETES.replace("v1", "v0", 1),
        # KEDA asks the server for its version when it starts.
        stamps={"k8s.io/component-base/version.gitVersion": KUBERNETES},
    )


def _keda(name: str, folder: str) -> Program:
    module = "github.com/kedacore/keda/v2"
    return Program(
        name,
        module,
        KEDA,
        f"{module}/cmd/{folder}",
        stamps={f"{module}/version.Version": KEDA.removeprefix("v")},
    )


PROGRAMS = (
    Program("etcd", "go.etcd.io/etcd/server/v3", "v3.6.16", "go.etcd.io/etcd/server/v3"),
    _kubernetes("kube-apiserver"),
    _kubernetes("kube-controller-manager"),
    _keda("keda", "operator"),
    _keda("keda-adapter", "adapter"),
    # The code of Jaeger 2; the tags of version 2 cannot be addressed as a module.
    Program(
        "jaeger", "github.com/jaegertracing/jaeger", "v1.76.0", "github.com/jaegertracing/jaeger/cmd/jaeger"
    ),
)


class MissingPrograms(RuntimeError):
    """Some programs are not built; the message says how to."""


class BuildFailed(RuntimeError):
    """Go could not do it; the message ends with what it wrote last."""


def default_folder() -> Path:
    """Where programs and Go's own caches are kept: CLUSTER_CACHE, or a folder of the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("CLUSTER_CACHE") or Path(cache) / "salesbot" / "cluster")


@dataclass(frozen=True)
class Workshop:
    """A folder with programs, the modules they are built from, and caches that are Go's alone."""

    folder: Path
    parallel: int = 2

    def path_of(self, name: str) -> Path:
        """Where a program is, or will be."""
        return self.folder / "bin" / _program(name).file_name

    def missing(self) -> list[Program]:
        return [program for program in PROGRAMS if not self.path_of(program.name).is_file()]

    def require(self, *wanted: str) -> None:
        """Make sure that these are built.

        Raises:
            MissingPrograms: they are not.
        """
        if names := ", ".join(program.name for program in self.missing() if program.name in wanted):
            raise MissingPrograms(f"{names}: not in {self.folder}, run `make cluster-programs`")

    def sources_of(self, name: str) -> Path:
        """The sources of a program's module, downloaded if they are not there."""
        program = _program(name)
        module = f"{program.module}@{program.version}"
        return Path(json.loads(self.go("mod", "download", "-json", module, cwd=self.folder))["Dir"])

    def build(self, program: Program) -> None:
        """Build one program; what Go has compiled of it before is not compiled again.

        Raises:
            BuildFailed: Go says no.
        """
        wrapper = self._wrap(program)
        stamps = " ".join(f"-X {name}={value}" for name, value in program.stamps.items())
        made = wrapper / program.name
        self.go(
            "build", "-trimpath", f"-ldflags=-s -w {stamps}", "-o", str(made), program.package, cwd=wrapper
        )
        target = self.path_of(program.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        made.replace(target)

    def _wrap(self, program: Program) -> Path:
        """Make the module that requires the program's module and builds its main package."""
        sources = self.sources_of(program.name)
        wrapper = self.folder / "modules" / program.file_name
        wrapper.mkdir(parents=True, exist_ok=True)
        for name in ("go.mod", "go.sum"):
            # The module cache is read-only, and so would the copy be.
            (wrapper / name).write_bytes((sources / name).read_bytes())
        described = json.loads(self.go("mod", "edit", "-json", cwd=wrapper))
        edits = [f"-module=salesbot.test/{program.name}", *_edits(described, program.staging)]
        edits += [f"-require={program.module}@{program.version}", f"-tool={program.package}"]
        self.go("mod", "edit", *edits, cwd=wrapper)
        return wrapper

    def go(self, *arguments: str, cwd: Path) -> str:
        """Run go with caches of our own.

        Raises:
            BuildFailed: it failed.
        """
        cwd.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["go", *arguments], cwd=cwd, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BuildFailed(f"go {arguments[0]} in {cwd}: {done.stderr[-2000:]}")
        return done.stdout

    @cached_property
    def _environment(self) -> dict[str, str]:
        folders = {"GOPATH": "go", "GOMODCACHE": "go/pkg/mod", "GOCACHE": "go/build"}
        flags = f"-mod=mod -buildvcs=false -p={self.parallel} -modcacherw"
        own = {name: str(self.folder / folder) for name, folder in folders.items()}
        # Memory for time: a compiler that collects less is done sooner.
        return {**os.environ, **own, "GOFLAGS": flags, "CGO_ENABLED": "0", "GOWORK": "off", "GOGC": "400"}


def _program(name: str) -> Program:
    return next(program for program in PROGRAMS if program.name == name)


def _edits(described: Mapping[str, object], staging: str) -> Iterator[str]:
    """What to change in a go.mod so that it no longer needs its repository around it."""
    replaced: Sequence[Mapping[str, Mapping[str, str]]] = described.get("Replace") or ()  # type: ignore[assignment]
    for replacement in replaced:
        old, new = replacement["Old"]["Path"], replacement["New"]["Path"]
        if not new.startswith("."):
            continue
        if staging:
            yield f"-replace={old}={old}@{staging}"
        else:
            yield f"-dropreplace={old}"
    tools: Sequence[Mapping[str, str]] = described.get("Tool") or ()  # type: ignore[assignment]
    for tool in tools:
        yield f"-droptool={tool['Path']}"


def build_missing(workshop: Workshop) -> None:
    """Build one program after another, and say how long each took."""
    if shutil.which("go") is None:
        raise BuildFailed("there is no Go: install 1.26 or newer")
    for program in workshop.missing():
        started = monotonic()
        workshop.build(program)
        _tell(f"{program.file_name}: built in {monotonic() - started:.0f} s")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--parallel", type=int, default=os.cpu_count() or 2, help="packages at a time")
    arguments = parser.parse_args()
    workshop = Workshop(arguments.folder.expanduser().resolve(), arguments.parallel)
    try:
        build_missing(workshop)
    except BuildFailed as error:
        sys.exit(str(error))
    _tell(f"all programs are in {workshop.folder / 'bin'}")


if __name__ == "__main__":
    main()
