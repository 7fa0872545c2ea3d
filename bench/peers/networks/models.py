"""The networks of bench/networks in PyTorch, with the weights and data that bench/networks.mjs wrote."""
import numpy as np
import torch
from torch import nn


def mlp(activation="tanh"):
    f = {"tanh": nn.Tanh, "relu": nn.ReLU}[activation]
    return nn.Sequential(nn.Linear(784, 256), f(), nn.Linear(256, 256), f(), nn.Linear(256, 1))


def cnn():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2048, 10),
    )


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.stride, self.pad = outputs // inputs, (outputs - inputs) // 2
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))
        return torch.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [(16, 16), (16, 16), (16, 16), (16, 32), (32, 32), (32, 32), (32, 64), (64, 64), (64, 64)]
        self.blocks = nn.Sequential(*(Block(inputs, outputs) for inputs, outputs in widths))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.blocks(torch.relu(self.bn1(self.conv1(x))))
        return self.linear(x.mean((2, 3)))


makers = {"mlp": mlp, "cnn": cnn, "lenet": lenet, "resnet": ResNet20}


def array(request, name):
    """An array of the request's folder in float32."""
    return torch.from_numpy(np.load(f"{request['folder']}/{name}.npy")).float()


def load(request):
    """The model at theta.npy, in evaluation as batch norms are frozen, and its inputs."""
    options = {"activation": request["activation"]} if "activation" in request else {}
    model = makers[request["model"]](**options).eval()
    nn.utils.vector_to_parameters(array(request, "theta"), model.parameters())
    return model, array(request, "inputs")
