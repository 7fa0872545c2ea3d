"""numpy's side of bench/threshold.mjs: η* = 2/λ_max(C^(−½)DC^(−½)) of the Jacobian J.npy in the request's folder.

docs/theory.md §5: in the eigenbasis of G the map is M ↦ S∘((1−c)·Λ(S∘M)Λ + c·(1/n) Σ x_i x_iᵀ(x_iᵀ(S∘M)x_i)) with
S_ij = ((λ_i + λ_j)/2)^(−½). "way" is "lanczos", with full reorthogonalisation from M = I, or "power" iteration from there, both until
‖T(M) − θM‖ ≤ tolerance·θ; the power iteration until 1e-5·θ, as the error of θ is the square of that.
"""
import json
import sys

import numpy as np

from timing import time_of


def reduced(J):
    values, vectors = np.linalg.eigh(J.T @ J / len(J))
    return values[::-1], np.ascontiguousarray(J @ vectors[:, ::-1])


def second_moment_map(values, X, c):
    S = np.sqrt(2 / (values[:, None] + values))
    drift = (1 - c) * values[:, None] * values

    def apply(M):
        A = S * M
        weights = np.einsum("ij,ij->i", X @ A, X)
        return S * (drift * A + (c / len(X)) * (X.T @ (weights[:, None] * X)))

    return apply


def lanczos(apply, rank, tolerance):
    basis = np.empty((100, rank * rank))
    basis[0] = np.eye(rank).ravel() / np.sqrt(rank)
    T = np.zeros((100, 100))
    for k in range(99):
        w = apply(basis[k].reshape(rank, rank)).ravel()
        V = basis[: k + 1]
        for _ in range(2):
            coefficients = V @ w
            w -= coefficients @ V
            T[k, k] += coefficients[k]
        remainder = np.linalg.norm(w)
        values, vectors = np.linalg.eigh(T[: k + 1, : k + 1])
        if remainder * abs(vectors[-1, -1]) <= tolerance * values[-1]:
            return values[-1], k + 1
        T[k, k + 1] = T[k + 1, k] = remainder
        basis[k + 1] = w / remainder
    raise RuntimeError("no convergence in 99 products")


def power(apply, rank, _):
    M = np.eye(rank) / np.sqrt(rank)
    for k in range(10_000):
        image = apply(M)
        value = np.vdot(M, image)
        if np.linalg.norm(image - value * M) <= 1e-5 * value:
            return value, k + 1
        M = image / np.linalg.norm(image)
    raise RuntimeError("no convergence in 10,000 products")


print(json.dumps({"peer": f"numpy {np.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    J = np.load(request["folder"] + "/J.npy")
    answer = {}

    def run():
        values, X = reduced(J)
        apply = second_moment_map(values, X, 1 / request["batchSize"])
        solve = {"lanczos": lanczos, "power": power}[request["way"]]
        largest, answer["products"] = solve(apply, len(values), request["tolerance"])
        answer["threshold"] = 2 / largest

    times = time_of(run)
    print(json.dumps({**answer, **times}), flush=True)
