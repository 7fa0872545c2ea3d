"""One convolution with bias, its output and, if asked for, its gradients."""
import torch
from torch.nn.functional import conv2d

from models import array


def prepare(request):
    x, weight, bias, cotangent = (array(request, name) for name in ["inputs", "weight", "bias", "cotangent"])
    padding = weight.shape[-1] // 2
    variables = [x, weight, bias]
    last = {}

    def forward():
        with torch.no_grad():
            last["parts"] = [conv2d(*variables, padding=padding)]

    def forward_and_backward():
        y = conv2d(*variables, padding=padding)
        last["parts"] = [y, *torch.autograd.grad(y, variables, cotangent)]

    if request["backward"]:
        for variable in variables:
            variable.requires_grad_()
    run = forward_and_backward if request["backward"] else forward
    return run, lambda: torch.cat([part.detach().flatten() for part in last["parts"]])
