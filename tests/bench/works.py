# SPDX-License-Identifier: MIT
"""What is measured: the works, their sizes, and how many flops they are.

A work is told to the programs as fields (see worker.h), so that it is defined here and
nowhere else.
"""

from dataclasses import dataclass

MNIST_ROWS = 60000


@dataclass(frozen=True)
class Size:
    """How much of a work one repetition does: rows of an epoch, or steps (calls)."""
    rows: int = 0
    steps: int = 0
    seconds: float = 0.0
    repetitions: int = 5


@dataclass(frozen=True)
class Work:
    name: str
    title: str
    verb: str
    fields: dict
    full: Size
    quick: Size
    trial: Size
    once: bool = False  # in a new process each time
    small: bool = False  # too small for more than one thread

    @property
    def layers(self):
        return [int(width) for width in self.fields["layers"].split(",")]

    @property
    def batch(self):
        return self.fields.get("batch", 1)

    @property
    def by_epoch(self):
        return self.fields.get("by") == "epoch"

    def request(self, size, test):
        """The fields of one repetition."""
        fields = dict(self.fields)
        if self.verb in ("train", "first"):
            fields.update(rows=size.rows or 150, steps=size.steps)
        if self.verb == "predict":
            fields.update(rows=150, steps=size.steps)
        if self.verb == "product":
            fields.update(seconds=size.seconds)
        return dict(fields, test=test)

    def flops(self, answer):
        """Of one step, epoch or call: 2 rows times the numbers of weights; in training
        once forward, once for their gradient, and once for the gradient of the inputs of
        every layer but the first."""
        if self.verb == "product":
            return answer["flops"]
        sizes = [a * b for a, b in zip(self.layers, self.layers[1:])]
        if self.verb == "predict":
            return 2.0 * answer["rows"] * sum(sizes)
        row = 2.0 * (2 * sum(sizes) + sum(sizes[1:]))
        return row * (MNIST_ROWS if self.by_epoch else 1)


def epoch(layers, hidden, output, cost, batch, optimizer, rate):
    return dict(data="mnist", layers=layers, hidden=hidden, output=output, cost=cost,
                batch=batch, optimizer=optimizer, rate=rate, by="epoch")


CE = "softmax_cross_entropy"
BIG = "784,2048,2048,10"
SMALL = dict(data="small", layers="4,8,3", hidden="tanh", output="tanh", cost="quadratic",
             batch=1, optimizer="sgd", rate=0.02, by="step")

TRAINING = [
    Work("W1", "784-30-10 sigmoid, quadratic, batch 10, SGD", "train",
         epoch("784,30,10", "sigmoid", "sigmoid", "quadratic", 10, "sgd", 3),
         Size(60000), Size(12000, repetitions=3), Size(3000), small=True),
    Work("W2", "784-100-10 sigmoid, cross-entropy, batch 32, SGD", "train",
         epoch("784,100,10", "sigmoid", "linear", CE, 32, "sgd", 0.5),
         Size(60000), Size(12000, repetitions=3), Size(6400)),
    Work("W3", "784-512-512-10 ReLU, cross-entropy, batch 128, Adam", "train",
         epoch("784,512,512,10", "relu", "linear", CE, 128, "adam", 0.001),
         Size(60000), Size(5120, repetitions=3), Size(2560)),
    Work("W4", "784-2048-2048-10 ReLU, cross-entropy, batch 256, Adam", "train",
         epoch(BIG, "relu", "linear", CE, 256, "adam", 0.001),
         Size(60000, repetitions=3), Size(512, repetitions=3), Size(512)),
    Work("W4-SGD", "784-2048-2048-10 ReLU, cross-entropy, batch 256, SGD", "train",
         epoch(BIG, "relu", "linear", CE, 256, "sgd", 0.1),
         Size(60000, repetitions=3), Size(512, repetitions=3), Size(512)),
    Work("W5", "784-100-10 sigmoid, quadratic, batch 1, SGD", "train",
         epoch("784,100,10", "sigmoid", "sigmoid", "quadratic", 1, "sgd", 0.1),
         Size(60000), Size(3000, repetitions=3), Size(600), small=True),
]
STEPS = [
    Work("W6", "4-8-3 tanh, quadratic, batch 1, SGD: one step", "train", SMALL,
         Size(steps=200000), Size(steps=20000, repetitions=3), Size(steps=800),
         small=True),
    Work("W6-predict", "4-8-3 tanh: one prediction", "predict", SMALL,
         Size(steps=400000), Size(steps=40000, repetitions=3), Size(steps=4000),
         small=True),
    Work("W7", "784-512-512-10 ReLU: predict 10 000 rows", "predict",
         dict(data="mnist", layers="784,512,512,10", hidden="relu", output="linear",
              batch=10000), Size(steps=4), Size(steps=1, repetitions=3), Size(steps=1)),
]
FIRST = [
    Work("first", "4-8-3: create, build, one step, in a new process", "first", SMALL,
         Size(steps=1, repetitions=15), Size(steps=1, repetitions=5), Size(steps=1),
         once=True, small=True),
]

KINDS = {"forward": "X W", "weights": "X^T D", "inputs": "D W^T"}


def product(rows, outputs, inputs, kind):
    return Work(f"product-{rows}x{outputs}x{inputs}-{kind}",
                f"{KINDS[kind]}, {rows} rows, {outputs} outputs, {inputs} inputs", "product",
                dict(rows=rows, outputs=outputs, inputs=inputs, kind=kind),
                Size(seconds=0.5), Size(seconds=0.1, repetitions=3), Size(seconds=0.05))


PRODUCTS = [product(*shape, kind)
            for shape in ((128, 512, 784), (128, 96, 784), (256, 2048, 2048))
            for kind in KINDS]

WORKS = TRAINING + STEPS + FIRST + PRODUCTS
