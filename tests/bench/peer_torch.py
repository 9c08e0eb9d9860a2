#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PyTorch, as its own performance guide has it: the whole data set one tensor, cut into
batches before the clock starts; gradients set to None; no gradient in prediction.

What a request may choose, so that run.py can find the best:

    intra, blas   threads of PyTorch, and of the OpenBLAS below it
    update        single, foreach, fused: how the optimizer walks over the parameters;
                  hand: no optimizer object, w -= rate * gradient (SGD only)
    model         eager; traced by the just-in-time compiler; compiled by torch.compile;
                  for prediction also frozen and optimized
    chunk         rows of a prediction that go together
"""

import warnings

import peer
import torch
from torch.nn import functional

warnings.filterwarnings("ignore")

ACTIVATIONS = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU,
               "linear": None}
WARM_STEPS = 2


def set_threads(request):
    torch.set_num_threads(request.count("intra"))
    peer.blas_threads(request.count("blas"))


def make_network(request):
    shape, parts = request.shape, []
    for layer in range(len(shape) - 1):
        last = layer + 2 == len(shape)
        parts.append(torch.nn.Linear(shape[layer], shape[layer + 1]))
        activation = ACTIVATIONS[request.output if last else request.hidden]
        if activation:
            parts.append(activation())
    return torch.nn.Sequential(*parts)


def set_parameters(network, request):
    linear = [part for part in network if isinstance(part, torch.nn.Linear)]
    with torch.no_grad():
        for layer, part in enumerate(linear):
            part.weight.copy_(torch.from_numpy(peer.weights(request.shape, layer)))
            part.bias.zero_()


class Cost(torch.nn.Module):
    """Network and cost together. MSE is the mean of (a - y)^2 over all outputs: 2 / outputs
    times the quadratic cost, which the rate makes good."""

    def __init__(self, network, quadratic):
        super().__init__()
        self.network, self.quadratic = network, quadratic

    def forward(self, inputs, wanted):
        outputs = self.network(inputs)
        if self.quadratic:
            return functional.mse_loss(outputs, wanted)
        return functional.cross_entropy(outputs, wanted)


def make_cost(network, request, batch):
    cost = Cost(network, request.cost == "quadratic")
    if request.model == "traced":
        return torch.jit.trace(cost, batch)
    if request.model == "compiled":
        return compiled(cost)
    return cost


def compiled(module):
    if not hasattr(torch, "compile"):
        raise peer.Missing("torch.compile is not there")
    return torch.compile(module)


def make_optimizer(network, request, rate):
    how = {"single": {"foreach": False}, "foreach": {"foreach": True},
           "fused": {"fused": True}}[request.update]
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    try:
        return kinds[request.optimizer](network.parameters(), lr=rate, **how)
    except (TypeError, RuntimeError) as fault:
        raise peer.Missing(f"{request.optimizer} with {how}: {fault}") from None


def with_optimizer(cost, optimizer):
    def run(batches):
        for inputs, wanted in batches:
            optimizer.zero_grad(set_to_none=True)
            cost(inputs, wanted).backward()
            optimizer.step()
    return run


def by_hand(cost, network, rate):
    parameters = list(network.parameters())

    def run(batches):
        for inputs, wanted in batches:
            gradients = torch.autograd.grad(cost(inputs, wanted), parameters)
            with torch.no_grad():
                torch._foreach_add_(parameters, gradients, alpha=-rate)
    return run


def make_run(network, request, batches):
    """A function that trains on batches, warm: what is compiled late has been."""
    rate = request.number("rate")
    if request.cost == "quadratic":
        rate *= request.shape[-1] / 2
    cost = make_cost(network, request, batches[0])

    def fresh():
        set_parameters(network, request)
        if request.update == "hand":
            return by_hand(cost, network, rate)
        return with_optimizer(cost, make_optimizer(network, request, rate))

    if request.update == "hand" and request.optimizer != "sgd":
        raise peer.Missing("only SGD is written by hand")
    late = request.model != "eager"
    fresh()(batches[:WARM_STEPS] + batches[-1:] if late else batches[:1])
    return fresh()


def cut(request):
    inputs, labels, wanted = peer.examples(request)
    batch = request.count("batch")
    second = wanted if request.cost == "quadratic" else labels
    batches = list(zip(torch.from_numpy(inputs).split(batch),
                       torch.from_numpy(second).split(batch)))
    if request.by == "step":
        steps = request.count("steps")
        batches = (batches * (steps // len(batches) + 1))[:steps]
    return batches


def accuracy(network, request):
    inputs, labels, _ = peer.tests(request)
    with torch.inference_mode():
        return peer.accuracy(network(torch.from_numpy(inputs)), labels)


def train(request):
    set_threads(request)
    network = make_network(request)
    batches = cut(request)
    run = make_run(network, request, batches)
    seconds = peer.timed(lambda: run(batches))
    return {"seconds": seconds, "count": len(batches),
            "accuracy": accuracy(network, request)}


def ready(network, request, rows):
    if request.model == "compiled":
        return compiled(network)
    if request.model == "frozen":
        return torch.jit.freeze(torch.jit.trace(network, rows))
    if request.model == "optimized":
        return torch.jit.optimize_for_inference(torch.jit.trace(network, rows))
    return network


def predict(request):
    set_threads(request)
    network = make_network(request).eval()
    set_parameters(network, request)
    inputs, _, _ = peer.tests(request)
    batch = min(request.count("batch"), len(inputs))
    calls = request.count("steps")
    chunk = min(request.count("chunk"), batch)
    parts = torch.from_numpy(inputs)[:len(inputs) // batch * batch].split(chunk)
    each = -(-batch // chunk)
    parts = (parts * (calls * each // len(parts) + 1))[:calls * each]

    def run(some):
        for rows in some:
            model(rows)

    with torch.inference_mode():
        model = ready(network, request, parts[0])
        run(parts[:WARM_STEPS])
        seconds = peer.timed(lambda: run(parts))
    return {"seconds": seconds, "count": calls, "rows": batch,
            "accuracy": accuracy(network, request)}


def hello(_):
    capability = getattr(torch.backends, "cpu", None)
    level = capability.get_cpu_capability() if hasattr(
        capability, "get_cpu_capability") else None
    return {"version": torch.__version__, "level": level, **peer.blas()}


if __name__ == "__main__":
    peer.serve({"hello": hello, "train": train, "predict": predict,
                "numbers": peer.alike})
