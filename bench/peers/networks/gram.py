"""K = JJᵀ of all outputs of a network on all inputs."""
import functorch
import torch
from torch import nn

from models import load

# samples whose Jacobians are computed at once: their activations for each output stay within some hundred MiB
chunk = 100


def prepare(request):
    model, x = load(request)
    last = {}

    def run():
        last["K"] = by_hand(model, x) if request["way"] == "structured by hand" else per_sample(model, x)

    run()
    return run, lambda: last["K"]


def per_sample(model, x):
    """Per-sample gradients as functorch's tutorials form them, the Jacobian of one chunk of samples after another."""
    function, parameters = functorch.make_functional(model)

    def outputs(parameters, sample):
        return function(parameters, sample[None])[0]

    if model(x[:1]).numel() == 1:
        jacobian = functorch.vmap(functorch.grad(lambda *inputs: outputs(*inputs)[0]), (None, 0))
        parts = jacobian(parameters, x)
        J = torch.cat([part.flatten(1) for part in parts], 1)
    else:
        jacobian = functorch.vmap(functorch.jacrev(outputs), (None, 0))
        J = torch.cat([
            torch.cat([part.flatten(2) for part in jacobian(parameters, some)], 2).flatten(0, 1)
            for some in x.split(chunk)
        ])
    return J.detach() @ J.detach().T


def by_hand(model, x):
    """Σ over layers of (AAᵀ + 1) ∘ ΔΔᵀ: a dense layer's gradient is the product of its input A and cotangent Δ."""
    inputs, results = [], []
    for layer in model:
        if isinstance(layer, nn.Linear):
            inputs.append(x.detach())
            x = layer(x)
            results.append(x)
        else:
            x = layer(x)
    deltas = torch.autograd.grad(x.sum(), results)
    return sum((a @ a.T + 1) * (d @ d.T) for a, d in zip(inputs, deltas))
