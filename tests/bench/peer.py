# SPDX-License-Identifier: MIT
"""What the peers in Python share; the same as worker.c and examples.c are for those in C.

A peer waits for requests, a line each, does the work, and answers with a line of JSON.
The parameters that training begins with and the small data set are made by the formulas
of examples.c, so that all libraries learn the same from the same.
"""

import ctypes
import functools
import gc
import json
import math
import os
import sys
import time
from pathlib import Path

import numpy

SMALL_ROWS, SMALL_INPUTS, SMALL_CLASSES, SMALL_STREAM = 150, 4, 3, 1000


class Missing(Exception):
    """The library cannot do what was asked for."""


class Request:
    """A verb and fields."""

    def __init__(self, line):
        words = line.split()
        self.verb = words[0]
        self.fields = dict(word.split("=", 1) for word in words[1:])
        self.folder = os.environ.get("BENCH_DATA", "")

    def __getattr__(self, name):
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(f"the request has no field {name}") from None

    def count(self, name):
        return int(self.fields[name])

    def number(self, name):
        return float(self.fields[name])

    @property
    def shape(self):
        return [int(width) for width in self.layers.split(",")]


def serve(verbs):
    """Answer requests until there are no more."""
    gc.disable()  # as timeit does
    for line in sys.stdin:
        request = Request(line)
        gc.collect()
        try:
            if request.verb not in verbs:
                raise Missing(f"{request.verb} is not there")
            answer = verbs[request.verb](request)
        except Missing as missing:
            answer = {"missing": str(missing)}
        except Exception as fault:  # the run goes on without this figure
            answer = {"error": f"{type(fault).__name__}: {fault}"}
        print(json.dumps(answer), flush=True)


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


# --- Numbers that all programs make alike ---------------------------------------------


def numbers(stream, count):
    """float32 in [-1, 1), by their places in a stream: SplitMix64."""
    with numpy.errstate(over="ignore"):
        z = (numpy.arange(1, count + 1, dtype=numpy.uint64) +
             numpy.uint64(stream << 40)) * numpy.uint64(0x9e3779b97f4a7c15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xbf58476d1ce4e5b9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94d049bb133111eb)
        z ^= z >> numpy.uint64(31)
    u = (z >> numpy.uint64(40)).astype(numpy.float32) * numpy.float32(2.0 ** -24)
    return numpy.float32(2) * u - numpy.float32(1)


def weights(shape, layer):
    """w[to][from] of a layer at first; biases are 0."""
    return uniform(layer, shape[layer], shape[layer + 1])


@functools.lru_cache(32)
def uniform(layer, inputs, outputs):
    bound = numpy.float32(math.sqrt(6.0 / (inputs + outputs)))
    return (bound * numbers(layer, inputs * outputs)).reshape(outputs, inputs)


# --- Examples -------------------------------------------------------------------------


def read_idx(path, header):
    return numpy.fromfile(path, dtype=numpy.uint8, offset=header)


@functools.lru_cache(None)
def read_mnist(folder, part):
    labels = read_idx(Path(folder) / f"{part}-labels-idx1-ubyte", 8)
    images = read_idx(Path(folder) / f"{part}-images-idx3-ubyte", 16)
    inputs = images.reshape(len(labels), -1).astype(numpy.float32) / numpy.float32(255)
    return inputs, labels.astype(numpy.int64)


@functools.lru_cache(None)
def make_small():
    labels = numpy.arange(SMALL_ROWS, dtype=numpy.int64) % SMALL_CLASSES
    centers = numbers(SMALL_STREAM, SMALL_CLASSES * SMALL_INPUTS)
    noise = numbers(SMALL_STREAM + 1, SMALL_ROWS * SMALL_INPUTS)
    inputs = (centers.reshape(SMALL_CLASSES, -1)[labels] +
              numpy.float32(0.5) * noise.reshape(SMALL_ROWS, -1))
    return inputs, labels


def targets(labels, outputs, off):
    rows = numpy.full((len(labels), outputs), off, dtype=numpy.float32)
    rows[numpy.arange(len(labels)), labels] = 1
    return rows


@functools.lru_cache(4)
def cut(data, folder, part, rows, outputs, off):
    inputs, labels = make_small() if data == "small" else read_mnist(folder, part)
    inputs, labels = inputs[:rows], labels[:rows]
    return inputs, labels, targets(labels, outputs, off)


def examples(request, part="train", key="rows"):
    """Inputs, labels and targets, as many as the request asks for."""
    off = -1 if request.output == "tanh" else 0
    if request.data == "small":
        key = "rows"
    return cut(request.data, request.folder, part, request.count(key), request.shape[-1],
               off)


def tests(request):
    """Those to measure the accuracy on."""
    return examples(request, "t10k", "test")


def accuracy(outputs, labels):
    return float((numpy.asarray(outputs).argmax(axis=1) == labels).mean())


def alike(request):
    """What the verb `numbers` answers, as in ours.c."""
    inputs, labels, wanted = examples(request)
    return {"numbers": [float(numbers(3, 8)[7]), float(weights(request.shape, 1).flat[5]),
                        float(inputs[0].astype(numpy.float64).mean()),
                        float(inputs[-1].astype(numpy.float64).mean()),
                        float(wanted[0][-1]), int(labels[-1])]}


# --- The BLAS below -------------------------------------------------------------------


def mapped(*words):
    """Files that this process has in memory, by parts of their names."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return []
    paths = {line.split()[-1] for line in lines if "/" in line}
    return sorted(p for p in paths if any(w in p.rsplit("/", 1)[-1] for w in words))


def openblas():
    """The OpenBLAS that is loaded, if it has the plain names."""
    for path in mapped("openblas"):
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_get_corename"):
            library.openblas_get_corename.restype = ctypes.c_char_p
            library.openblas_get_config.restype = ctypes.c_char_p
            return library
    return None


def blas_threads(count):
    library = openblas()
    if library:
        library.openblas_set_num_threads(count)


def blas():
    """The kernel that the BLAS chose, and the files."""
    library = openblas()
    kernel = library.openblas_get_corename().decode() if library else None
    names = [path.rsplit("/", 1)[-1] for path in mapped("blas", "mkl", "dnnl", "blis")]
    files = [name for name in names if name.startswith("lib") and "cublas" not in name]
    return {"kernel": kernel, "files": files}
