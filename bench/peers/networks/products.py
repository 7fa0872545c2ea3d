"""Gradient and Hv of the mean of ½‖f − y‖², and JᵀJv, by differentiating twice. What does not depend on v is computed once."""
import torch
from torch.autograd import grad

from models import array, load


def prepare(request):
    model, x = load(request)
    parameters = list(model.parameters())
    v = array(request, "direction")
    lengths = [parameter.numel() for parameter in parameters]
    direction = [part.reshape(p.shape) for part, p in zip(v.split(lengths), parameters)]
    return model(x), array(request, "targets"), parameters, direction


def hessian_vector(request):
    outputs, targets, parameters, direction = prepare(request)
    loss = ((outputs - targets) ** 2).sum() / (2 * len(targets))
    gradient = grad(loss, parameters, create_graph=True)
    return repeated(lambda: grad(gradient, parameters, direction, retain_graph=True))


def gradient(request):
    model, x = load(request)
    y, parameters = array(request, "targets"), list(model.parameters())
    return repeated(lambda: grad(((model(x) - y) ** 2).sum() / (2 * len(x)), parameters))


def gauss_newton_vector(request):
    outputs, _, parameters, direction = prepare(request)
    # Jv as the derivative of Jᵀu in u
    u = torch.zeros_like(outputs, requires_grad=True)
    pulled = grad(outputs, parameters, u, create_graph=True)

    def product():
        (image,) = grad(pulled, u, direction, retain_graph=True)
        return grad(outputs, parameters, image, retain_graph=True)

    return repeated(product)


def repeated(product):
    last = {}

    def run():
        last["parts"] = product()

    return run, lambda: torch.cat([part.flatten() for part in last["parts"]])
