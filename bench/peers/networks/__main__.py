"""PyTorch's side of bench/networks.mjs, one JSON line on standard input for each on standard output.

A request with "work" prepares that work on the arrays of its "folder", does it once and answers how long that took and how far
the result is from expected.npy there, relative to its largest number. A request with "seconds" times the prepared work.
"""
import json
import os
import sys

import numpy as np
import torch

import convolution
import gram
import products
import step
from timing import best_time, time_of

prepare = {
    "gram": gram.per_sample,
    "structured gram": gram.by_hand,
    "step": step.prepare,
    "convolution": convolution.prepare,
    "gradient": products.gradient,
    "Hv": products.hessian_vector,
    "JᵀJv = n·Gv": products.gauss_newton_vector,
}


def difference(result, folder):
    expected = torch.from_numpy(np.load(f"{folder}/expected.npy"))
    return float((result.double().flatten() - expected).abs().max() / expected.abs().max())


torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
print(json.dumps({"peer": f"PyTorch {torch.__version__}"}), flush=True)
run = None
for line in sys.stdin:
    request = json.loads(line)
    if "seconds" in request:
        answer = best_time(run, request["seconds"])
    else:
        run = None  # lets its memory go first
        run, result = prepare[request["work"]](request)
        answer = {**time_of(run), "difference": difference(result(), request["folder"])}
    print(json.dumps(answer), flush=True)
