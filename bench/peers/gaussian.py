"""numpy's side of bench/gaussian.mjs: μ against n for a linear model on Gaussian inputs, at four θ, with its extremes.

A request with "check" takes what was drawn from files of its folder and says how far its numbers are from expected.npy there; any other
draws itself and is timed. What depends on the inputs alone is computed once an input, as quadratic forms x_iᵀGx_i; labels without
their noise once for all θ; and the loss while training from G where samples are many.
"""
import json
import sys

import numpy as np

from timing import time_of


def few_samples(X):
    """n < d, from K: a_i = Σ_j K_ij², and the extremes of the Rayleigh quotient of (n·diag(a) − K²)/‖K‖²."""
    n = len(X)
    K = X @ X.T
    squares = K @ K
    a, geometry = np.diag(squares).copy(), np.sum(K * K)
    extremes = np.linalg.eigvalsh((n * np.diag(a) - squares) / geometry)[[0, -1]]

    def alignment(r):
        unit = geometry * (r @ r)
        second, image = n * (r * r) @ a / unit, K @ r
        return second - image @ image / unit, second

    def loss_of(y):
        return lambda theta: np.sum((X @ theta - y) ** 2) / (2 * n)

    return alignment, loss_of, np.maximum(extremes, 0)


def many_samples(X):
    """n ≥ d, from G: q_i = x_iᵀGx_i, and the generalised eigenvalues of (1/n) Σ q_i x_i x_iᵀ − G³ against G‖G‖²."""
    n = len(X)
    G = X.T @ X / n
    q, geometry = np.einsum("ij,ij->i", X @ G, X), np.sum(G * G)
    values, V = np.linalg.eigh(G)
    W = V / np.sqrt(values)
    Y = np.sqrt(q)[:, None] * X
    # the product of an array with itself, of which numpy forms half, by syrk
    form = W.T @ (Y.T @ Y / n) @ W - np.diag(values**2)
    extremes = np.linalg.eigvalsh(form)[[0, -1]] / geometry

    def alignment(r):
        loss, gradient = r @ r / n, r @ X / n
        second = (r * r) @ q / n / (loss * geometry)
        return second - gradient @ G @ gradient / (loss * geometry), second

    def loss_of(y):
        linear, constant = y @ X / n, y @ y / n
        return lambda theta: (theta @ G @ theta - 2 * theta @ linear + constant) / 2

    return alignment, loss_of, np.maximum(extremes, 0)


def train(X, y, theta, rate, batches, loss, share=0.05):
    theta = theta.copy()
    now = loss(theta)
    target = share * now
    for group in batches:
        if now <= target:
            break
        for batch in group:
            rows = X[batch]
            theta -= rate / len(batch) * ((rows @ theta - y[batch]) @ rows)
        now = loss(theta)
    return theta


def rows_of(X, situations, rate):
    """[μ, μ₁, least, largest] for each (y, θ, batches or None)."""
    alignment, loss_of, extremes = (few_samples if len(X) < X.shape[1] else many_samples)(X)
    for y, theta, batches in situations:
        if batches is not None:
            theta = train(X, y, theta, rate, batches, loss_of(y))
        yield [*alignment(X @ theta - y), *extremes]


def trial(request):
    random = np.random.default_rng(1)
    eigenvalues = np.array(request["eigenvalues"])
    d = len(eigenvalues)
    for n in request["samples"]:
        X = random.standard_normal((n, d)) * np.sqrt(eigenvalues)
        labels = X @ (random.standard_normal(d) / np.sqrt(d))

        def situation(noise, trained, spread):
            y = labels + noise * random.standard_normal(n)
            theta = spread * random.standard_normal(d) / np.sqrt(d)
            return y, theta, random.integers(0, n, (30, 10, 8)) if trained else None

        drawn = [situation(*s) for s in [(0, False, 1), (0, False, 10), (0, True, 1), (0.5, True, 1)]]
        list(rows_of(X, drawn, request["learningRate"]))


def check(request):
    folder = request["folder"]
    load = lambda name: np.load(f"{folder}/{name}.npy")
    X = load("X")
    situations = [
        (load(f"y{k}"), load(f"theta{k}"), load(f"batches{k}").astype(int) if k > 1 else None) for k in range(4)
    ]
    found, expected = np.array(list(rows_of(X, situations, request["learningRate"]))), load("expected")
    return {"difference": np.max(np.abs(found - expected)) / np.max(np.abs(expected))}


print(json.dumps({"peer": f"numpy {np.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(check(request) if "check" in request else time_of(lambda: trial(request))), flush=True)
