"""A training step as every PyTorch tutorial writes it."""
import torch
from torch import nn

from models import array, load


def prepare(request):
    model, x = load(request)
    y = array(request, "targets")
    count, samples = request["count"], len(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=request["learningRate"])
    batches = [
        torch.tensor([((k * count + i) * 389) % samples for i in range(count)]) for k in range(samples // count)
    ]
    start = nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    steps = 0

    def run():
        nonlocal steps
        batch = batches[steps % len(batches)]
        steps += 1
        loss = ((model(x[batch]) - y[batch]) ** 2).sum() / (2 * count)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run, lambda: nn.utils.parameters_to_vector(model.parameters()).detach() - start
