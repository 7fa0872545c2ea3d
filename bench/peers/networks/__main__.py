"""PyTorch's side of bench/networks.mjs, one JSON line on standard input for each on standard output.

A request with "work" prepares that work on the arrays of its "folder", does it once and answers how far the result is
from expected.npy there, relative to its largest number. A request with "seconds" times the prepared work.
"""
import json
import os
import sys
import time

import numpy as np
import torch

import convolution
import gram
import products
import step

prepare = {
    "gram": gram.prepare,
    "step": step.prepare,
    "convolution": convolution.prepare,
    "Hv": products.hessian_vector,
    "JᵀJv = n·Gv": products.gauss_newton_vector,
}
# as bench/timing.mjs
block_seconds = 0.005


def best_seconds(run, budget):
    best = float("inf")
    end = time.perf_counter() + budget
    while True:
        calls, seconds, start = 0, 0.0, time.perf_counter()
        while seconds < block_seconds:
            run()
            calls += 1
            seconds = time.perf_counter() - start
        best = min(best, seconds / calls)
        if time.perf_counter() >= end:
            return best


def difference(result, folder):
    expected = torch.from_numpy(np.load(f"{folder}/expected.npy"))
    return float((result.double().flatten() - expected).abs().max() / expected.abs().max())


torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
print(json.dumps({"peer": f"PyTorch {torch.__version__}"}), flush=True)
run = None
for line in sys.stdin:
    request = json.loads(line)
    if "seconds" in request:
        print(json.dumps({"seconds": best_seconds(run, request["seconds"])}), flush=True)
    else:
        run = None  # lets its memory go first
        run, result = prepare[request["work"]](request)
        print(json.dumps({"difference": difference(result(), request["folder"])}), flush=True)
