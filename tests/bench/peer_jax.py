#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""JAX: an epoch is one compiled function, a scan over batches, compiled before the clock
starts; parameters are given up to it. How many threads it takes is set when the process
starts, by its processors and XLA_FLAGS.
"""

import functools

import jax
import peer
from jax import numpy

ACTIVATIONS = {"sigmoid": jax.nn.sigmoid, "tanh": numpy.tanh, "relu": jax.nn.relu,
               "linear": lambda z: z}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def make_parameters(request):
    return [(numpy.asarray(peer.weights(request.shape, layer).T),
             numpy.zeros(width, numpy.float32))
            for layer, width in enumerate(request.shape[1:])]


def outputs_of(request, parameters, inputs):
    for layer, (w, b) in enumerate(parameters):
        last = layer + 1 == len(parameters)
        activation = ACTIVATIONS[request.output if last else request.hidden]
        inputs = activation(inputs @ w + b)
    return inputs


def cost_of(request, parameters, inputs, wanted):
    outputs = outputs_of(request, parameters, inputs)
    if request.cost == "quadratic":
        return numpy.mean(numpy.sum((outputs - wanted) ** 2, axis=1)) / 2
    p = jax.nn.log_softmax(outputs)
    return -numpy.mean(numpy.take_along_axis(p, wanted[:, None], axis=1))


def sgd(rate):
    def update(state, parameters, gradients):
        return state, jax.tree_util.tree_map(lambda w, g: w - rate * g, parameters,
                                             gradients)
    return lambda parameters: (), update


def adam(rate):
    def begin(parameters):
        zeros = jax.tree_util.tree_map(numpy.zeros_like, parameters)
        return numpy.zeros((), numpy.float32), zeros, jax.tree_util.tree_map(
            numpy.copy, zeros)

    def update(state, parameters, gradients):
        step, m, v = state
        step = step + 1
        tree = jax.tree_util.tree_map
        m = tree(lambda a, g: BETA1 * a + (1 - BETA1) * g, m, gradients)
        v = tree(lambda a, g: BETA2 * a + (1 - BETA2) * g * g, v, gradients)
        size = rate / (1 - BETA1 ** step)
        root = numpy.sqrt(1 - BETA2 ** step)
        return (step, m, v), tree(
            lambda w, a, b: w - size * a / (numpy.sqrt(b) / root + EPSILON), parameters,
            m, v)
    return begin, update


OPTIMIZERS = {"sgd": sgd, "adam": adam}


def make_epoch(request, begin, update):
    def step(carry, batch):
        state, parameters = carry
        gradients = jax.grad(functools.partial(cost_of, request))(parameters, *batch)
        return update(state, parameters, gradients), None

    def epoch(parameters, whole, rest):
        carry, _ = jax.lax.scan(step, (begin(parameters), parameters), whole)
        if rest is not None:
            carry, _ = step(carry, rest)
        return carry[1]

    return jax.jit(epoch, donate_argnums=0)


def cut(request):
    """Batches as one array, and what is left for the last step."""
    inputs, labels, wanted = peer.examples(request)
    second = wanted if request.cost == "quadratic" else labels.astype("int32")
    batch = request.count("batch")
    if request.by == "step":
        places = [i % len(inputs) for i in range(request.count("steps"))]
        inputs, second = inputs[places], second[places]
    whole = len(inputs) // batch
    at = whole * batch
    rest = (inputs[at:], second[at:]) if at < len(inputs) else None
    return (inputs[:at].reshape(whole, batch, -1),
            second[:at].reshape(whole, batch, *second.shape[1:])), rest


def train(request):
    begin, update = OPTIMIZERS[request.optimizer](request.number("rate"))
    whole, rest = jax.device_put(cut(request))
    parameters = make_parameters(request)
    epoch = make_epoch(request, begin, update).lower(parameters, whole, rest).compile()
    result = []
    seconds = peer.timed(lambda: result.append(
        jax.block_until_ready(epoch(parameters, whole, rest))))
    inputs, labels, _ = peer.tests(request)
    outputs = outputs_of(request, result[0], inputs)
    return {"seconds": seconds, "count": len(whole[0]) + (rest is not None),
            "accuracy": peer.accuracy(outputs, labels)}


def predict(request):
    inputs, labels, _ = peer.tests(request)
    parameters = make_parameters(request)
    batch = min(request.count("batch"), len(inputs))
    calls = request.count("steps")
    rows = [jax.device_put(inputs[at:at + batch])
            for at in range(0, len(inputs) // batch * batch, batch)]
    run = jax.jit(functools.partial(outputs_of, request)).lower(
        parameters, rows[0]).compile()

    def work():
        for call in range(calls):
            jax.block_until_ready(run(parameters, rows[call % len(rows)]))

    return {"seconds": peer.timed(work), "count": calls, "rows": batch,
            "accuracy": peer.accuracy(outputs_of(request, parameters, inputs), labels)}


def hello(_):
    return {"version": jax.__version__, **peer.blas()}


if __name__ == "__main__":
    peer.serve({"hello": hello, "train": train, "predict": predict,
                "numbers": peer.alike})
