"""The computation of `noisegeo measure` in numpy, as a careful user would write it: python3 measure.py J.npy r.npy"""
import json
import sys

import numpy as np

J = np.load(sys.argv[1]).astype(np.float64)
r = np.load(sys.argv[2]).astype(np.float64)
J = J.reshape(J.shape[0], -1, J.shape[-1])
n, C, p = J.shape
r = r.reshape(n, C)
flat = J.reshape(n * C, p)
two_loss = np.sum(r * r) / n
document = {"loss": two_loss / 2}


def jackknife(values):
    return np.sqrt((n - 1) / n * np.sum((values - values.mean()) ** 2))


if p < n * C:
    g = np.einsum("nc,ncp->np", r, J)
    mean = g.mean(0)
    deviations = g - mean
    G = flat.T @ flat / n
    Sigma = deviations.T @ deviations / n
    F = np.sum(G * G)
    mu = np.sum(Sigma * G) / (two_loss * F)
    mu1 = mu + mean @ G @ mean / (two_loss * F)
    values, V = np.linalg.eigh(G)
    curvature = values
    directional = np.einsum("pk,pk->k", V, Sigma @ V) / (two_loss * curvature)
    directional1 = directional + (mean @ V) ** 2 / (two_loss * curvature)
    distance = np.linalg.norm(Sigma - two_loss * G) / (two_loss * np.sqrt(F))
    image = np.einsum("np,np->n", deviations @ G, deviations)
    noise = np.einsum("ap,ap->a", flat @ Sigma, flat).reshape(n, C).sum(1)
    metric = np.einsum("ap,ap->a", flat @ G, flat).reshape(n, C).sum(1)
    influence = (
        (image + noise) / (two_loss * F) - 2 * mu - mu * (np.sum(r * r, 1) / two_loss - 1) - 2 * mu * (metric / F - 1)
    )
    error = np.sqrt(np.sum(influence**2) / n / (n - 1))
    trace, gradient = np.trace(Sigma), mean @ mean
else:
    K = flat @ flat.T
    F = np.sum(K * K)
    # row i: h_i = K[:, block i] r_i
    H = np.einsum("nc,ncm->nm", r, K.reshape(n, C, n * C))
    mean = H.mean(0)
    unit = n / (np.sum(r * r) * F)
    mu = np.sum((H - mean) ** 2) * unit
    mu1 = np.sum(H * H) * unit
    values, U = np.linalg.eigh(K)
    Z = (r[:, :, None] * U.reshape(n, C, n * C)).sum(1)
    directional = n * np.sum((Z - Z.mean(0)) ** 2, 0) / np.sum(r * r)
    directional1 = n * np.sum(Z * Z, 0) / np.sum(r * r)
    product = r.reshape(-1, 1) * np.repeat(H - mean, C, 0) - two_loss * K
    distance = np.sqrt(np.sum(product * product.T) / F) / two_loss
    pairs = (H.reshape(n, n, C) ** 2).sum(2)
    squares = (K.reshape(n, C, n, C) ** 2).sum((1, 3))
    touching = pairs.sum(0) + pairs.sum(1) - np.diag(pairs)
    around = 2 * squares.sum(0) - np.diag(squares)
    total = H.sum(0)
    left = ((total[None, :] - H) ** 2).reshape(n, n, C).sum(2)
    left = left.sum(1) - np.diag(left)
    scale = 1 / ((np.sum(r * r) - np.sum(r * r, 1)) * (F - around))
    error = jackknife(((n - 1) * (pairs.sum() - touching) - left) * scale)
    own = np.einsum("nc,ncnd,nd->n", r, K.reshape(n, C, n, C), r) if n * C < 3000 else None
    gradient = r.ravel() @ total / n**2
    trace = (np.sum(own) / n if own is not None else 0) - gradient
    values = values / n

document.update(
    lossAlignment={"covariance": mu, "secondMoment": mu1, "standardError": error},
    gaussNewton={"frobenius": float(np.sqrt(F)), "eigenvalues": values[::-1].tolist()},
    noise={"trace": float(trace), "gradientNormSquared": float(gradient)},
    directional={"covariance": directional[::-1].tolist(), "secondMoment": directional1[::-1].tolist()},
    decoupling=float(distance),
)
json.dump(document, sys.stdout)
