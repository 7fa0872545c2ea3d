"""K = JJᵀ of all outputs of a network on all inputs."""
import functorch
import torch
from torch import nn

from models import load

# samples whose Jacobians are computed at once: their activations for each output stay within a GiB
chunks = {"mlp": 1000, "cnn": 100, "resnet": 10}


def per_sample(request):
    """Per-sample gradients as functorch's tutorials form them, the Jacobian of one chunk of samples after another."""
    model, x = load(request)
    function, parameters, buffers = functorch.make_functional_with_buffers(model)

    def outputs(parameters, sample):
        return function(parameters, buffers, sample[None])[0]

    if model(x[:1]).numel() == 1:
        rows = functorch.vmap(functorch.grad(lambda *inputs: outputs(*inputs)[0]), (None, 0))
        shape = []
    else:
        rows = functorch.vmap(functorch.jacrev(outputs), (None, 0))
        shape = [model(x[:1]).numel()]
    axes = 1 + len(shape)
    size, count = chunks[request["model"]], sum(parameter.numel() for parameter in parameters)

    def gram():
        J = torch.empty(len(x), *shape, count)
        for own, some in zip(J.split(size), x.split(size)):
            torch.cat([part.detach().flatten(axes) for part in rows(parameters, some)], axes, out=own)
        flat = J.flatten(0, axes - 1)
        return flat @ flat.T

    return repeated(gram)


def by_hand(request):
    """Σ over layers of (AAᵀ + 1) ∘ ΔΔᵀ: a dense layer's gradient is the product of its input A and cotangent Δ."""
    model, start = load(request)

    def gram():
        x, inputs, results = start, [], []
        for layer in model:
            if isinstance(layer, nn.Linear):
                inputs.append(x.detach())
                x = layer(x)
                results.append(x)
            else:
                x = layer(x)
        deltas = torch.autograd.grad(x.sum(), results)
        return sum((a @ a.T + 1) * (d @ d.T) for a, d in zip(inputs, deltas))

    return repeated(gram)


def repeated(gram):
    last = {}

    def run():
        last["K"] = gram()

    return run, lambda: last["K"]
