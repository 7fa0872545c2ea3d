"""Curvature by PyTorch's own autograd, for curvature.test.ts. Writes into the current folder, for each MODEL:

MODEL.onnx, MODEL.npz   the model, and data as `noisegeo measure` takes it
MODEL.json              what PyTorch says of its Hessian

linear, logistic, softmax   one layer: the whole Hessian, by autograd
network                     as PyHessian goes about it, by products with the Hessian (double backward): power iteration with
                            deflation, Hutchinson's trace, stochastic Lanczos quadrature; for both losses
"""

import json
import math

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
# numpy's old generator gives the same numbers in every version
random = np.random.RandomState(7)


def draw(*shape):
    return torch.from_numpy(random.standard_normal(shape))


def randomise(model):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(draw(*parameter.shape) / math.sqrt(parameter[0].numel()))
    return model


def save(name, model, x, y, told):
    torch.onnx.export(model, x[:1], f"{name}.onnx", input_names=["x"], dynamic_axes={"x": {0: "n"}}, opset_version=13)
    np.savez(f"{name}.npz", x=x.numpy(), y=y.numpy())
    with open(f"{name}.json", "w") as file:
        json.dump(told, file)


def flat(tensors):
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def half_square(outputs, y):
    return 0.5 * ((outputs - y) ** 2).sum() / len(y)


def products(loss, weights):
    """v ↦ Hv by double backward."""
    gradient = flat(torch.autograd.grad(loss, weights, create_graph=True))

    def product(v):
        return flat(torch.autograd.grad(gradient, weights, grad_outputs=v, retain_graph=True))

    return product, len(gradient)


def whole_hessian(loss, weights):
    product, size = products(loss, weights)
    return torch.stack([product(unit) for unit in torch.eye(size)])


def power_iteration(product, size, count):
    """The `count` eigenvalues largest in modulus, each with ‖Hv − λv‖, by deflation."""
    found, vectors = [], []
    for k in range(count):
        v = draw(size)
        for _ in range(3000):
            for other in vectors:
                v = v - (v @ other) * other
            v = v / v.norm()
            image = product(v)
            value = v @ image
            residual = float((image - value * v).norm())
            # what is taken away errs by the residuals of those before
            if residual <= 1e-11 * 10**k * abs(found[0]["value"] if found else float(value)):
                break
            v = image
        else:
            raise ArithmeticError(f"eigenvalue {k}: no convergence")
        vectors.append(v)
        found.append({"value": float(value), "residual": residual})
    return found


def signs(size):
    return torch.from_numpy(random.randint(0, 2, size) * 2.0 - 1.0)


def hutchinson(product, size, probes):
    """zᵀHz for random signs z."""
    values = []
    for _ in range(probes):
        z = signs(size)
        values.append(float(z @ product(z)))
    return values


def quadrature(product, size, steps):
    """Nodes and weights of the Lanczos quadrature of a random unit vector."""
    v = signs(size) / math.sqrt(size)
    basis, diagonal, beside = [], [], []
    for _ in range(steps):
        basis.append(v)
        image = product(v)
        diagonal.append(float(v @ image))
        rows = torch.stack(basis)
        for _ in range(2):
            image = image - rows.T @ (rows @ image)
        beside.append(float(image.norm()))
        v = image / image.norm()
    tridiagonal = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    nodes, vectors = np.linalg.eigh(tridiagonal)
    return {"nodes": nodes.tolist(), "weights": (vectors[0] ** 2).tolist()}


# one layer

n, d = 30, 5
x = draw(n, d)
for name, outputs, loss_of in [
    ("linear", 1, half_square),
    ("logistic", 2, nn.functional.cross_entropy),
    ("softmax", 4, nn.functional.cross_entropy),
]:
    model = randomise(nn.Linear(d, outputs))
    y = draw(n, 1) if outputs == 1 else torch.from_numpy(random.randint(0, outputs, n))
    hessian = whole_hessian(loss_of(model(x), y), list(model.parameters()))
    told = {
        "hessian": hessian.tolist(),
        "eigenvalues": torch.linalg.eigvalsh(hessian).flip(0).tolist(),
        "outputs": model(x).tolist(),
    }
    save(name, model, x, y, told)

# the network, after some training

n = 40
x, labels = draw(n, 6), torch.from_numpy(random.randint(0, 3, n))
network = randomise(nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 12), nn.Tanh(), nn.Linear(12, 3)))
weights = list(network.parameters())
for _ in range(100):
    gradient = torch.autograd.grad(nn.functional.cross_entropy(network(x), labels), weights)
    with torch.no_grad():
        for weight, slope in zip(weights, gradient):
            weight -= 0.3 * slope
told = {}
for kind, loss in [
    ("mse", half_square(network(x), nn.functional.one_hot(labels, 3))),
    ("cross-entropy", nn.functional.cross_entropy(network(x), labels)),
]:
    product, size = products(loss, weights)
    told[kind] = {
        "parameters": size,
        "loss": float(loss),
        "leading": power_iteration(product, size, 3),
        "traces": hutchinson(product, size, 100),
        "quadratures": [quadrature(product, size, 40) for _ in range(20)],
    }
save("network", network, x, labels, told)
