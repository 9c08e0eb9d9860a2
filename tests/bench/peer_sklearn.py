#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scikit-learn's MLPClassifier. It knows softmax cross-entropy, on hidden layers of one
activation. One epoch is one call of partial_fit, without shuffling, without L2, without
momentum; data and parameters are float32 throughout.
"""

import warnings

import numpy
import peer
import sklearn
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")

ACTIVATIONS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}


def make_classifier(request):
    if request.output != "linear":
        raise peer.Missing("scikit-learn's classifier ends in softmax")
    return MLPClassifier(
        hidden_layer_sizes=tuple(request.shape[1:-1]),
        activation=ACTIVATIONS[request.hidden],
        solver=request.fields.get("optimizer", "sgd"),
        learning_rate_init=float(request.fields.get("rate", 1)),
        batch_size=int(request.fields.get("batch", 1)), alpha=0.0, momentum=0.0,
        nesterovs_momentum=False, shuffle=False, random_state=1)


def begin(classifier, request, inputs, labels):
    """Let it make its arrays on a few rows, then set the common parameters in them."""
    classes = numpy.arange(request.shape[-1])
    few = classifier.batch_size
    with numpy.errstate(all="ignore"):
        classifier.partial_fit(inputs[:few], labels[:few], classes)
    for layer, (w, b) in enumerate(zip(classifier.coefs_, classifier.intercepts_)):
        w[...] = peer.weights(request.shape, layer).T
        b[...] = 0
    if classifier.coefs_[0].dtype != numpy.float32:
        raise peer.Missing("float32 is not there")
    del classifier._optimizer  # so that the next call begins with a new one


def train(request):
    if request.cost != "softmax_cross_entropy":
        raise peer.Missing("scikit-learn's classifier learns by softmax cross-entropy")
    peer.blas_threads(request.count("blas"))
    classifier = make_classifier(request)
    inputs, labels, _ = peer.examples(request)
    begin(classifier, request, inputs, labels)
    seconds = peer.timed(lambda: classifier.partial_fit(inputs, labels))
    rows, wanted, _ = peer.tests(request)
    return {"seconds": seconds, "count": -(-len(inputs) // request.count("batch")),
            "accuracy": peer.accuracy(classifier.predict_proba(rows), wanted)}


def predict(request):
    peer.blas_threads(request.count("blas"))
    classifier = make_classifier(request)
    classifier.batch_size = 1
    inputs, wanted, _ = peer.tests(request)
    begin(classifier, request, inputs, wanted)
    calls = request.count("steps")
    chunk = min(request.count("chunk"), len(inputs))
    parts = [inputs[at:at + chunk] for at in range(0, len(inputs), chunk)]

    def run():
        for _ in range(calls):
            for part in parts:
                classifier.predict_proba(part)

    return {"seconds": peer.timed(run), "count": calls, "rows": len(inputs),
            "accuracy": peer.accuracy(classifier.predict_proba(inputs), wanted)}


def hello(_):
    return {"version": sklearn.__version__, **peer.blas()}


if __name__ == "__main__":
    peer.serve({"hello": hello, "train": train, "predict": predict,
                "numbers": peer.alike})
