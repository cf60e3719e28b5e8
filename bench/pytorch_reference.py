"""The reference training loop: the 16-layer MLP as its public code trains it, on synthetic data, one thread.

Prints one JSON line: milliseconds of each epoch. Usage: pytorch_reference.py ROWS COLUMNS EPOCHS
"""
import json
import sys
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

WIDTHS = [16, 32, 64, 128, 128, 256, 256, 256, 256, 256, 256, 256, 128, 64, 16]


def network(columns):
    layers, before = [], columns
    for index, width in enumerate(WIDTHS):
        layers += [nn.Linear(before, width), nn.LeakyReLU(0.3) if index in (12, 13) else nn.ReLU()]
        before = width
    return nn.Sequential(*layers, nn.Linear(before, 1))


def main(rows, columns, epochs):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    x = torch.rand(rows, columns)
    y = 0.5 + 3 * x[:, 0] * x[:, 1] + (x[:, 2] - 0.5).abs() + x[:, 3].exp()
    loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    model = network(columns)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=350)
    times = []
    for _ in range(epochs):
        start = time.perf_counter()
        for batch, target in loader:
            prediction = model(batch).squeeze(-1)
            loss = ((prediction - target).abs() / target.abs().clamp(min=1.17e-6)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"torch": torch.__version__, "epochMs": times, "loss": loss.item()}))


main(*map(int, sys.argv[1:4]))
