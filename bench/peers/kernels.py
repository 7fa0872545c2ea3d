"""numpy's side of bench/kernels.mjs: one request a line on standard input, the best times a line on standard output.

A request is {"work": "gemm" | "syrk" | "eigh", "precision": 32 | 64, "n": order, "seconds": budget}. Operands are
kept between requests of one shape, so that rounds can alternate with the other side's.
"""
import json
import sys

import numpy as np

from timing import best_time, time_of


def operation(work, precision, n):
    generator = np.random.default_rng(n)
    kind = np.float32 if precision == 32 else np.float64
    a = generator.standard_normal((n, n)).astype(kind)
    if work == "gemm":
        b = generator.standard_normal((n, n)).astype(kind)
        c = np.empty((n, n), kind)
        return lambda: np.matmul(a, b, out=c)
    if work == "syrk":
        c = np.empty((n, n), kind)
        return lambda: np.matmul(a, a.T, out=c)  # numpy calls syrk and mirrors the triangle
    symmetric = a + a.T
    return lambda: np.linalg.eigh(symmetric)


print(json.dumps({"peer": f"numpy {np.__version__}"}), flush=True)
key, current = None, None
for line in sys.stdin:
    request = json.loads(line)
    shape = (request["work"], request["precision"], request["n"])
    if shape != key:
        key, current = shape, operation(*shape)
    first = time_of(current)
    long = first["seconds"] > request["seconds"]
    print(json.dumps(first if long else best_time(current, request["seconds"])), flush=True)
