# SPDX-License-Identifier: MIT
"""Who is measured: the programs, where they are found, and the settings among which each
may have its best."""

import os
import shutil
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# What a machine may have set that decides how fast a BLAS, or the library above it, is.
HOLDING = ("OPENBLAS_", "GOTO_", "GOTOBLAS_", "BLIS_", "MKL_", "OMP_", "GOMP_", "KMP_",
           "DNNL_", "ONEDNN_", "ATEN_", "NPY_DISABLE_", "NPY_ENABLE_", "XLA_",
           "VECLIB_", "FLEXIBLAS", "TORCH_", "THP_MEM_")


def holding():
    """Such variables, as this machine has them."""
    return {name: value for name, value in sorted(os.environ.items())
            if name.startswith(HOLDING)}


@dataclass(frozen=True)
class Process:
    """How a program is started: changes of the environment, and how many processors."""
    label: str
    unset: bool = False
    library_path: str = ""
    processors: int = 0  # 0: all

    def environment(self):
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        if self.unset:
            for name in holding():
                del environment[name]
        if self.library_path:
            old = environment.get("LD_LIBRARY_PATH")
            environment["LD_LIBRARY_PATH"] = self.library_path + (f":{old}" if old else "")
        if self.processors == 1:
            old = environment.get("XLA_FLAGS", "")
            environment["XLA_FLAGS"] = f"{old} --xla_cpu_multi_thread_eigen=false".strip()
        return environment


def processes(other_blas=""):
    """As found, and with nothing that holds back; each with every OpenBLAS there is."""
    kinds = [Process("as found")]
    if holding():
        kinds.append(Process("variables unset", unset=True))
    if other_blas:
        kinds += [Process(f"{kind.label}, OpenMP OpenBLAS", kind.unset, other_blas)
                  for kind in list(kinds)]
    return kinds


def openmp_blas():
    """Debian's OpenBLAS whose threads are those of OpenMP, so of PyTorch too."""
    found = sorted(Path("/usr/lib").glob("*/openblas-openmp/libblas.so.3"))
    return str(found[0].parent) if found else ""


class Peer:
    """One library. `debian`: whether the bars are held against it."""

    name = label = package = ""
    debian = True

    def __init__(self, options):
        self.build, self.options = options.build / "tests" / "bench", options

    def command(self, work):
        """The program for a work; None if that is nothing for this library."""
        raise NotImplementedError

    def threads(self, work):
        """The numbers of threads it is measured with."""
        return [1]

    def axes(self, work, threads):
        """Lists of settings, tried list after list, the best so far kept. A setting is a
        tuple of a Process, or None for that before, and fields of the request."""
        return [[(Process("as found"), {})]]


class Ours(Peer):
    name, label = "backprop", "backprop"

    def command(self, work):
        return [self.build / ("bench_product" if work.verb == "product" else "bench_ours")]

    def threads(self, work):
        return [1] if work.once else self.options.threads

    def axes(self, work, threads):
        return [[(Process("as found"), {"threads": threads})]]


class Fann(Peer):
    name, label, package = "fann", "FANN", "libfann-dev"

    def command(self, work):
        return None if work.verb == "product" else [self.build / "bench_fann"]


class OpenBlas(Peer):
    name, label, package = "openblas", "OpenBLAS", "libopenblas-dev"

    def command(self, work):
        return [self.build / "bench_openblas"] if work.verb == "product" else None

    def threads(self, work):
        return self.options.threads

    def axes(self, work, threads):
        layouts = [(None, {"layout": layout}) for layout in ("10", "01", "11")]
        return [[(process, {"threads": threads, "layout": "00"})
                 for process in processes(openmp_blas())], layouts]


class Python(Peer):
    """A peer in Python: a program of this folder, and an interpreter that has the module."""

    program = ""
    interpreter = "/usr/bin/python3"
    verbs = ("train", "predict")

    def command(self, work):
        return [self.python(), HERE / self.program] if work.verb in self.verbs else None

    def python(self):
        return Path(self.options.python or shutil.which(self.interpreter) or "python3")

    def threads(self, work):
        return self.options.threads


class Torch(Python):
    name, label, package = "pytorch", "PyTorch", "python3-torch"
    program = "peer_torch.py"
    updates = ["single", "hand"]

    def processes(self):
        return processes(openmp_blas())

    def pairs(self, threads):
        """Threads of PyTorch and of the BLAS below."""
        return list(dict.fromkeys([(1, threads), (threads, threads), (threads, 1)]))

    def models(self, work):
        return ["frozen", "optimized"] if work.verb == "predict" else ["traced"]

    def axes(self, work, threads):
        start = {"model": "eager", "threads": threads}
        start.update({"chunk": 1000} if work.verb == "predict" else {"update": "foreach"})
        pairs = [(process, dict(start, intra=intra, blas=blas)) for process, (intra, blas)
                 in product(self.processes(), self.pairs(threads))]
        updates = [(None, {"update": update}) for update in self.updates
                   if update != "hand" or work.fields.get("optimizer") == "sgd"]
        models = [(None, {"model": model}) for model in self.models(work)]
        if work.verb == "predict":
            chunks = [(None, {"chunk": chunk}) for chunk in (256, 10000)]
            return [pairs, models] + ([chunks] if work.batch > 1 else [])
        return [pairs, updates, models]


class CurrentTorch(Torch):
    name, label, package = "pytorch-current", "PyTorch (current)", "torch"
    debian = False
    interpreter = ROOT / "build" / "venv" / "bin" / "python"
    updates = ["single", "fused", "hand"]

    def python(self):
        return Path(self.interpreter)

    def processes(self):
        return processes()

    def pairs(self, threads):
        return [(threads, 1)]  # its BLAS has PyTorch's threads

    def models(self, work):
        more = [] if self.options.quick else ["compiled"]
        return super().models(work) + more


class Sklearn(Python):
    name, label, package = "scikit-learn", "scikit-learn", "python3-sklearn"
    program = "peer_sklearn.py"

    def axes(self, work, threads):
        start = {"blas": threads, "threads": threads}
        if work.verb == "predict":
            start["chunk"] = 1000
        pairs = [(process, start) for process in processes(openmp_blas())]
        chunks = [(None, {"chunk": chunk}) for chunk in (256, 10000)]
        return [pairs] + ([chunks] if work.verb == "predict" else [])


class Jax(Python):
    name, label, package = "jax", "JAX", "jax"
    debian = False
    program = "peer_jax.py"
    interpreter = CurrentTorch.interpreter

    def python(self):
        return Path(self.interpreter)

    def axes(self, work, threads):
        return [[(Process(f"{kind.label}, {threads} processors", kind.unset,
                          processors=threads), {"threads": threads})
                 for kind in processes()]]


def all_peers(options):
    kinds = [Ours, Fann, OpenBlas, Torch, Sklearn]
    if not options.quick and CurrentTorch.interpreter.exists():
        kinds += [CurrentTorch, Jax]
    return [kind(options) for kind in kinds]


def present(command):
    """Whether a program can be started at all."""
    return command and (Path(command[0]).exists() or shutil.which(str(command[0])))


if __name__ == "__main__":
    sys.exit("this file is for run.py")
