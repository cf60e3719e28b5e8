"""The 16-layer MLP trained by PyTorch on synthetic data, one thread: as the public code does it, and in PyTorch's best forms.

Prints one JSON line: milliseconds of each epoch of each form, and the reason of each form that does not run.
Usage: pytorch_reference.py ROWS COLUMNS EPOCHS [FORM...]   forms: reference plain fused compiled gemm (default: reference)

reference: DataLoader, Adam, MAPE, cosine schedule, as published. plain: batches are slices of one shuffled tensor.
fused: plain with the fused Adam. compiled: fused, and torch.compile of forward and loss (its backward with it).
gemm: the matrix products of an epoch alone, forward and both of backward: the floor of any of them.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

WIDTHS = [16, 32, 64, 128, 128, 256, 256, 256, 256, 256, 256, 256, 128, 64, 16]
BATCH = 32


def network(columns):
    layers, before = [], columns
    for index, width in enumerate(WIDTHS):
        layers += [nn.Linear(before, width), nn.LeakyReLU(0.3) if index in (12, 13) else nn.ReLU()]
        before = width
    return nn.Sequential(*layers, nn.Linear(before, 1))


def data(rows, columns):
    x = torch.rand(rows, columns)
    return x, 0.5 + 3 * x[:, 0] * x[:, 1] + (x[:, 2] - 0.5).abs() + x[:, 3].exp()


def mape(model, batch, target):
    return ((model(batch).squeeze(-1) - target).abs() / target.abs().clamp(min=1.17e-6)).mean()


def sliced(x, y):
    order = torch.randperm(len(x))
    xs, ys = x[order], y[order]
    for start in range(0, len(x) - len(x) % BATCH, BATCH):
        yield xs[start : start + BATCH], ys[start : start + BATCH]


def train(form, rows, columns, epochs):
    torch.manual_seed(1)
    x, y = data(rows, columns)
    model = network(columns)
    fused = {"fused": True} if form in ("fused", "compiled") else {}
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **fused)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=350)
    loader = DataLoader(TensorDataset(x, y), batch_size=BATCH, shuffle=True) if form == "reference" else None
    loss_of = torch.compile(mape) if form == "compiled" else mape
    times = []
    for _ in range(epochs):
        start = time.perf_counter()
        for batch, target in loader if loader is not None else sliced(x, y):
            loss = loss_of(model, batch, target)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        schedule.step()
        times.append(1000 * (time.perf_counter() - start))
    return times


def gemm(rows, columns, epochs):
    """Forward x·W, backward g·Wᵀ and xᵀ·g of every layer, as often as an epoch has batches; into memory that is there."""
    sizes = list(zip([columns, *WIDTHS], [*WIDTHS, 1]))
    layers = [(torch.rand(BATCH, a), torch.rand(a, b), torch.rand(BATCH, b)) for a, b in sizes]
    out = [(torch.empty(BATCH, b), torch.empty(BATCH, a), torch.empty(a, b)) for a, b in sizes]
    times = []
    with torch.no_grad():
        for _ in range(epochs):
            start = time.perf_counter()
            for _ in range(rows // BATCH):
                for (x, w, g), (forward, to_x, to_w) in zip(layers, out):
                    torch.mm(x, w, out=forward)
                    torch.mm(g, w.t(), out=to_x)
                    torch.mm(x.t(), g, out=to_w)
            times.append(1000 * (time.perf_counter() - start))
    return times


def main(rows, columns, epochs, forms):
    torch.set_num_threads(1)
    found, failed = {}, {}
    for form in forms:
        try:
            found[form] = gemm(rows, columns, epochs) if form == "gemm" else train(form, rows, columns, epochs)
        except Exception as error:  # a form that this installation cannot run is told, the others still count
            failed[form] = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    print(json.dumps({"torch": torch.__version__, "epochMs": found, "failed": failed}))


main(*map(int, sys.argv[1:4]), sys.argv[4:] or ["reference"])
