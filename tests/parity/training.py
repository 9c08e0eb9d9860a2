# SPDX-License-Identifier: MIT
"""Whole networks, trained for 100 steps from given weights, batches and masks."""

import warnings

import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")  # as in schedules.py

S = torch.optim.lr_scheduler

from layers import kept, normals, numbers
from parity_file import constants

TITLE = "Networks trained for 100 steps: costs of steps, and numbers in the end."

STEPS, BATCH, INPUTS = 100, 8, 5


def batch(step):
    """Inputs of a step; the same formula as in tests/test_parity_training.c."""
    return numbers(BATCH, INPUTS, 1000 + step)


def target_numbers(step, outputs):
    return numbers(BATCH, outputs, 5000 + step)


class Net:
    """Layers one by one, each with its tensors, as the library numbers them."""

    def __init__(self, dtype):
        self.dtype, self.layers, self.arrays = dtype, [], {}
        self.width, self.values = INPUTS, constants()

    def tensor(self, values, grad=True):
        return torch.tensor(values, dtype=self.dtype, requires_grad=grad)

    def add(self, kind, forward, number=0.0, units=0, **tensors):
        """`number` is what the layer is made with: p, a deviation, an activation."""
        index = len(self.layers)
        for name, value in tensors.items():
            self.arrays[f"{index}.{name}"] = value
        self.layers.append((self.values[f"BP_LAYER_KIND_{kind}"], number, units, forward,
                            tensors))

    def dense(self, units, activation, function):
        w = self.tensor(numbers(units, self.width, 10 + len(self.layers)))
        b = self.tensor(numbers(1, units, 20 + len(self.layers))[0])
        self.width = units
        self.add("DENSE", lambda x, step: function(F.linear(x, w, b)),
                 self.values[f"BP_ACTIVATION_{activation}"], units, weight=w, bias=b)

    def activation(self, activation, function):
        self.add("ACTIVATION", lambda x, step: function(x),
                 self.values[f"BP_ACTIVATION_{activation}"])

    def dropout(self, p):
        index, cols = len(self.layers), self.width
        self.add("DROPOUT", lambda x, step: x * self.tensor(
            kept(BATCH, cols, index, step, p), False).div(1 - p), p)

    def noise(self, deviation):
        index, cols = len(self.layers), self.width
        self.add("NOISE", lambda x, step: x + (torch.tensor(
            normals(BATCH, cols, index, step), dtype=torch.float64) * deviation).to(
                self.dtype), deviation)

    def gamma_beta(self):
        gamma = [1 + 0.5 * x for x in numbers(1, self.width, 30 + len(self.layers))[0]]
        return self.tensor(gamma), self.tensor(numbers(1, self.width, 40)[0])

    def layer_norm(self):
        w, b = self.gamma_beta()
        cols = [self.width]
        self.add("LAYER_NORM", lambda x, step: F.layer_norm(x, cols, w, b), weight=w,
                 bias=b)

    def batch_norm(self):
        w, b = self.gamma_beta()
        mean, variance = torch.zeros(self.width), torch.ones(self.width)
        mean, variance = mean.to(self.dtype), variance.to(self.dtype)
        self.add("BATCH_NORM",
                 lambda x, step: F.batch_norm(x, mean, variance, w, b, True),
                 weight=w, bias=b, mean=mean, variance=variance)

    def run(self, x, step):
        for layer in self.layers:
            x = layer[3](x, step)
        return x

    def parameters(self):
        return [t for layer in self.layers for t in layer[4].values() if t.requires_grad]


def real(step, outputs):
    return target_numbers(step, outputs)


def unit(step, outputs):
    return [[(x + 1) / 2 for x in row] for row in target_numbers(step, outputs)]


def label(step, outputs):
    return [(step * 7 + r * 3 + r * r) % outputs for r in range(BATCH)]


def tanh_mse(net):
    net.dense(7, "TANH", torch.tanh)
    net.dense(6, "SIGMOID", torch.sigmoid)
    net.dense(3, "LINEAR", lambda z: z)
    return "MSE", F.mse_loss, real, "SGD", dict(lr=0.05, momentum=0.9)


def gelu_softmax(net):
    net.dense(17, "GELU", F.gelu)
    net.layer_norm()
    net.dropout(0.25)
    net.dense(9, "SILU", F.silu)
    net.dense(4, "SOFTMAX", lambda z: z)
    return ("SOFTMAX_CROSS_ENTROPY", lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1),
            label, "ADAM", dict(lr=0.01))


def batch_norm_bce(net):
    net.noise(0.125)
    net.dense(8, "LINEAR", lambda z: z)
    net.batch_norm()
    net.activation("SOFTPLUS", F.softplus)
    net.dropout(0.5)
    net.dense(3, "SIGMOID", lambda z: z)
    return ("CROSS_ENTROPY",
            lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum") / BATCH,
            unit, "SGD", dict(lr=0.1))


NETS = dict(tanh=tanh_mse, gelu=gelu_softmax, norm=batch_norm_bce)
OPTIMIZERS = dict(SGD=torch.optim.SGD, ADAM=torch.optim.Adam, ADAMW=torch.optim.AdamW,
                  RMSPROP=torch.optim.RMSprop)
KEYS = dict(lr="RATE", momentum="MOMENTUM", nesterov="NESTEROV", alpha="ALPHA",
            eps="EPSILON", centered="CENTRED", weight_decay="WEIGHT_DECAY")


def warm_cosine(optimizer):
    return S.SequentialLR(
        optimizer, [S.LinearLR(optimizer, start_factor=0.2, total_iters=10),
                    S.CosineAnnealingLR(optimizer, T_max=30)], milestones=[10])


def one_cycle(optimizer):
    return S.OneCycleLR(optimizer, max_lr=[g["lr"] for g in optimizer.param_groups],
                        total_steps=STEPS, cycle_momentum=False)


# What is beside the network: settings of trainer and layers, a schedule, a layer that is
# frozen until a step. Of the optimizer those in RECIPES come in place of the network's.
RECIPES = dict(
    groups=dict(net=tanh_mse, optimizer="ADAMW", settings=dict(lr=0.02, weight_decay=0.1),
                l1=0.01, trainer=dict(ACCUMULATE=2, CLIP_NORM=0.25, BIAS_DECAY=0),
                layers={0: dict(RATE=0.5), 1: dict(DECAY=0), 2: dict(RATE=2, DECAY=3)},
                schedule=("COSINE", warm_cosine,
                          dict(BY=1, PERIOD=30, WARMUP=10, WARMUP_START=0.2))),
    late=dict(net=gelu_softmax, optimizer="ADAM",
              settings=dict(lr=0.01, weight_decay=0.01), trainer=dict(CLIP_VALUE=0.0625),
              layers={0: dict(FROZEN=1), 3: dict(MAX_NORM=1.5)}, thaw=40),
    nesterov=dict(net=tanh_mse, optimizer="SGD",
                  settings=dict(lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.01),
                  l1=0.005, trainer=dict(ACCUMULATE=3, BIAS_DECAY=0),
                  layers={0: dict(MAX_NORM=1), 2: dict(FROZEN=1)}),
    cycle=dict(net=batch_norm_bce, optimizer="RMSPROP",
               settings=dict(lr=0.003, alpha=0.9, momentum=0.5, centered=True, eps=1e-3),
               trainer=dict(CLIP_NORM=0.5), layers={1: dict(RATE=0.25)},
               schedule=("ONE_CYCLE", one_cycle, dict(PERIOD=STEPS))))


class Learner:
    """PyTorch's optimizer under a recipe, by tensor."""

    def __init__(self, net, optimizer, settings, recipe):
        self.recipe, self.trainer = recipe, recipe.get("trainer", {})
        self.tensors = [(i, name, t) for i, layer in enumerate(net.layers)
                        for name, t in layer[4].items() if t.requires_grad]
        self.optimizer = OPTIMIZERS[optimizer](
            [self.group(*tensor, settings) for tensor in self.tensors], **settings)
        schedule = recipe.get("schedule")
        self.schedule = schedule[1](self.optimizer) if schedule else None
        self.batches = 0

    def of(self, layer, key, otherwise):
        return self.recipe.get("layers", {}).get(layer, {}).get(key, otherwise)

    def decay(self, layer, name):
        exempt = name == "bias" and self.trainer.get("BIAS_DECAY", 1) == 0
        return 0 if exempt else self.of(layer, "DECAY", 1)

    def group(self, layer, name, tensor, settings):
        return dict(params=[tensor], lr=settings["lr"] * self.of(layer, "RATE", 1),
                    weight_decay=settings.get("weight_decay", 0) * self.decay(layer, name))

    def live(self, step):
        thawed = step >= self.recipe.get("thaw", STEPS)
        return [t for t in self.tensors if thawed or not self.of(t[0], "FROZEN", 0)]

    def step(self, step):
        """Gradients add up over the batches, and are of the mean over all rows."""
        self.batches += 1
        if self.batches < self.trainer.get("ACCUMULATE", 1):
            return
        live = self.live(step)
        for _, _, t in self.tensors:
            t.grad /= self.batches
            if not any(t is alive[2] for alive in live):
                t.grad = None
        self.clip([t for _, _, t in live])
        self.move(live)
        self.batches = 0
        self.optimizer.zero_grad()

    def clip(self, tensors):
        if "CLIP_VALUE" in self.trainer:
            torch.nn.utils.clip_grad_value_(tensors, self.trainer["CLIP_VALUE"])
        if "CLIP_NORM" in self.trainer:
            torch.nn.utils.clip_grad_norm_(tensors, self.trainer["CLIP_NORM"])

    def move(self, live):
        rates = {id(g["params"][0]): g for g in self.optimizer.param_groups}
        for layer, name, t in live:
            w = t.detach()
            if isinstance(self.optimizer, torch.optim.AdamW):  # sees what decay leaves
                w = w * (1 - rates[id(t)]["lr"] * rates[id(t)]["weight_decay"])
            t.grad += self.recipe.get("l1", 0) * self.decay(layer, name) * w.sign()
        self.optimizer.step()
        if self.schedule:
            self.schedule.step()
        for layer, name, t in live:
            if name == "weight" and self.of(layer, "MAX_NORM", 0):
                t.data = torch.renorm(t.data, 2, 0, self.of(layer, "MAX_NORM", 0))


def arrays_of(optimizer, settings, recipe):
    """The recipe for the test in C."""
    values = constants()
    names = {key: KEYS[key] for key in settings}
    if optimizer == "ADAMW":
        names["weight_decay"] = "DECOUPLED_DECAY"
    settings = {names[key]: value for key, value in settings.items()}
    if "l1" in recipe:
        settings["L1"] = recipe["l1"]
    arrays = dict(optimizer=values[f"BP_OPTIMIZER_{optimizer}"],
                  keys=[values[f"BP_OPTIMIZER_{key}"] for key in settings],
                  settings=[float(x) for x in settings.values()])
    trainer, layers = recipe.get("trainer", {}), recipe.get("layers", {})
    arrays["trainer"] = [x for key, value in trainer.items()
                         for x in (values[f"BP_TRAINER_{key}"], value)]
    arrays["layers"] = [x for layer, of in layers.items() for key, value in of.items()
                        for x in (layer, values[f"BP_TRAINER_LAYER_{key}"], value)]
    arrays["thaw"] = recipe.get("thaw", STEPS)
    if "schedule" in recipe:
        form, _, of = recipe["schedule"]
        arrays["schedule"] = [values[f"BP_SCHEDULE_{form}"]] + [
            x for key, value in of.items()
            for x in (values[f"BP_SCHEDULE_{key}"], value)]
    return arrays


def case_of(build, dtype, recipe={}):
    net = Net(dtype)
    cost, function, targets, optimizer, settings = build(net)
    optimizer = recipe.get("optimizer", optimizer)
    settings = recipe.get("settings", settings)
    begin = {f"{name}": value.detach().clone() for name, value in net.arrays.items()}
    learner = Learner(net, optimizer, settings, recipe)
    costs = []
    for step in range(STEPS):
        y = torch.tensor(targets(step, net.width))
        value = function(net.run(net.tensor(batch(step), False), step),
                         y if y.dtype == torch.int64 else y.to(dtype))
        value.backward()
        learner.step(step)
        costs.append(value.detach().double())
    values = constants()
    arrays = dict(precision=1 if dtype == torch.float32 else 2,
                  kinds=[layer[0] for layer in net.layers],
                  numbers=[layer[1] for layer in net.layers],
                  units=[layer[2] for layer in net.layers],
                  cost=values[f"BP_COST_{cost}"],
                  costs=[float(c) for c in costs], **arrays_of(optimizer, settings, recipe))
    arrays |= {f"{name}.before": value for name, value in begin.items()}
    # In float the order of sums shows, and Adam divides what is nearly 0 by itself.
    if dtype == torch.float64:
        arrays |= {f"{name}.after": value for name, value in net.arrays.items()}
    return arrays


def cases():
    for name, build in NETS.items():
        for dtype, suffix in ((torch.float32, "f32"), (torch.float64, "f64")):
            yield f"{name}.{suffix}", case_of(build, dtype)
    for name, recipe in RECIPES.items():
        yield f"{name}.f64", case_of(recipe["net"], torch.float64, recipe)
