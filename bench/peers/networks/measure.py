"""The numbers of `noisegeo measure` from per-sample gradients, as a careful user of functorch would get them.

python3 measure.py weights.pt data.npz; with --save theta.npy weights.pt it writes the state_dict for both.
"""
import json
import resource
import sys

import functorch
import numpy as np
import torch
from torch import nn

from models import mlp


def save(theta, file):
    model = mlp()
    nn.utils.vector_to_parameters(torch.from_numpy(np.load(theta)).float(), model.parameters())
    torch.save(model.state_dict(), file)


def measure(weights, data):
    model = mlp()
    model.load_state_dict(torch.load(weights))
    arrays = np.load(data)
    x, y = torch.from_numpy(arrays["x"]), torch.from_numpy(arrays["y"]).double()
    n = len(x)

    function, parameters = functorch.make_functional(model)
    gradient = functorch.grad(lambda parameters, sample: function(parameters, sample)[0])
    parts = functorch.vmap(gradient, (None, 0))(parameters, x)
    with torch.no_grad():
        r = model(x)[:, 0].double() - y
        J = torch.cat([part.flatten(1) for part in parts], 1)
        K = (J @ J.T).double()
        values, U = torch.linalg.eigh(K)
        return document(r, K, values, U, n)


def document(r, K, values, U, n):
    residuals, frobenius, squares = r @ r, (K * K).sum(), r * r
    Kr = K @ r
    mean = (K * K * squares[:, None]).sum() * n / (residuals * frobenius)
    mu = mean - Kr @ Kr / (residuals * frobenius)
    g1 = n * (squares @ (U * U)) / residuals
    g = g1 - (U.T @ r) ** 2 / residuals
    trace = squares @ K.diagonal() / n
    gradient = r @ Kr / n**2
    two_loss = residuals / n
    # ‖Σ − 2L·G‖ on the side of K: Σ − 2L·G = Jᵀ(diag(r²) − rrᵀ/n − 2L)J/n
    inner = (torch.diag(squares) - torch.outer(r, r) / n - two_loss * torch.eye(n, dtype=r.dtype)) @ K
    decoupling = (inner * inner.T).sum().sqrt() / (two_loss * frobenius.sqrt())
    low, high = interval(mu, r, K, n)
    return {
        "loss": float(two_loss / 2),
        "lossAlignment": {"covariance": float(mu), "secondMoment": float(mean), "interval": [float(low), float(high)]},
        "gaussNewton": {
            "frobenius": float(frobenius.sqrt() / n),
            "trace": float(K.trace() / n),
            "eigenvalues": (values / n).flip(0).tolist(),
        },
        "noise": {"trace": float(trace - gradient), "gradientNormSquared": float(gradient)},
        "directional": {"covariance": g.flip(0).tolist(), "secondMoment": g1.flip(0).tolist()},
        "decoupling": float(decoupling),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def interval(mu, r, K, n):
    """95 % of μ by the jackknife over samples, all leave-one-out values at once."""
    squares, K2, Kr = r * r, K * K, K @ r
    weighted = K2 * squares[:, None]
    second = weighted.sum() - weighted.sum(0) - weighted.sum(1) + weighted.diagonal()
    geometry = K2.sum() - 2 * K2.sum(0) + K2.diagonal()
    # ‖K r‖² with sample k left out of sum and norm
    image = Kr @ Kr - 2 * r * (K @ Kr) + squares * K2.sum(0) - (Kr - r * K.diagonal()) ** 2
    left_out = ((n - 1) * second - image) / ((r @ r - squares) * geometry)
    deviation = ((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()).sqrt()
    return mu - 1.962 * deviation, mu + 1.962 * deviation


if sys.argv[1] == "--save":
    save(*sys.argv[2:])
else:
    json.dump(measure(*sys.argv[1:]), sys.stdout)
