"""numpy's side of bench/escape.mjs: SGD on w ← w − (η/B)·Σ x_i(x_iᵀw) for many trajectories, one JSON line for each request.

"way" is "vectorised", all trajectories at once, or "blocks", a hundred at a time so that what is gathered stays in the cache. A
request with "check" takes starts and batches from the folder and says how far it ends from expected.npy there, relative to its
largest number; any other is timed.
"""
import json
import sys

import numpy as np

from timing import time_of


def vectorised(X, W, batches, scale):
    rows = X[batches]
    residuals = np.einsum("tbd,td->tb", rows, W)
    W -= scale * np.einsum("tbd,tb->td", rows, residuals)


def blocks(X, W, batches, scale, size=100):
    for first in range(0, len(W), size):
        w = W[first : first + size]
        rows = X[batches[first : first + size]]
        residuals = rows @ w[:, :, None]
        w -= scale * (rows.transpose(0, 2, 1) @ residuals)[:, :, 0]


ways = {"vectorised": vectorised, "blocks": blocks}


def check(request, X, advance, scale):
    W = np.load(request["folder"] + "/starts.npy")
    batches = np.load(request["folder"] + "/batches.npy").astype(np.int64)
    for step in range(batches.shape[1]):
        advance(X, W, batches[:, step], scale)
    expected = np.load(request["folder"] + "/expected.npy")
    return {"difference": np.abs(W - expected).max() / np.abs(expected).max()}


def simulate(request, X, advance, scale):
    random = np.random.default_rng(1)
    count, n = request["trajectories"], len(X)
    eigenvalues = np.sum(X * X, 0) / n
    W = random.standard_normal((count, X.shape[1]))
    for step in range(request["steps"]):
        advance(X, W, random.integers(0, n, (count, request["batchSize"])), scale)
        if (step + 1) % 100 == 0:
            loss = eigenvalues * np.mean(W * W, 0)
            [np.sum(loss[k:]) / np.sum(loss[:k]) for k in (1, 5, 10)]


print(json.dumps({"peer": f"numpy {np.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    X = np.load(request["folder"] + "/rows.npy")
    scale = request["learningRate"] / request["batchSize"]
    arguments = request, X, ways[request["way"]], scale
    answer = check(*arguments) if "check" in request else time_of(lambda: simulate(*arguments))
    print(json.dumps(answer), flush=True)
