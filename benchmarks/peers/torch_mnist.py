"""The baseline network in PyTorch, as fast as PyTorch makes it on a processor: one epoch at a time on request.

Reads commands from standard input, one a line, and answers each with one line of JSON:

    reset BATCH FOREACH     a new model, optimizer and batch size; FOREACH is 1 for Adam's foreach form
    epoch                   trains one epoch: {"seconds": ..., "loss": ...}
    evaluate                {"accuracy": ...} on the test images
    memory                  {"peakMegabytes": ...}
    quit

With --whole it trains BASELINE_EPOCHS epochs at batch 512 from reading the files to the test accuracy, prints it and ends.

The whole data set is a tensor in memory, a batch is one index_select, and there is no DataLoader. Gradients are dropped, not zeroed, and the loss is read once
an epoch, so that nothing waits in between.
"""

import argparse
import gzip
import json
import os
import resource
import sys
import time

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as error:
    print(json.dumps({"error": str(error)}), flush=True)
    sys.exit(3)

BASELINE_EPOCHS = 20
BASELINE_BATCH = 512


def read_idx(folder, name, header):
    path = os.path.join(folder, name)
    if os.path.exists(path):
        with open(path, "rb") as file:
            content = file.read()
    else:
        with gzip.open(path + ".gz", "rb") as file:
            content = file.read()
    return np.frombuffer(content, np.uint8, offset=header)


def read(folder, part):
    images = read_idx(folder, part + "-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / np.float32(255)
    labels = read_idx(folder, part + "-labels-idx1-ubyte", 8).astype(np.int64)
    return torch.from_numpy(images), torch.from_numpy(labels)


class Baseline:
    def __init__(self, train, test, batch, foreach):
        self.x, self.y = train
        self.test = test
        self.batch = batch
        torch.manual_seed(42)
        self.model = nn.Sequential(
            nn.Linear(784, 128), nn.ReLU(inplace=True),
            nn.Linear(128, 128), nn.ReLU(inplace=True),
            nn.Dropout(0.25),
            nn.Linear(128, 10))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, eps=1e-7, foreach=foreach)

    def epoch(self):
        model, optimizer, batch = self.model, self.optimizer, self.batch
        model.train()
        count = len(self.x)
        begin = time.perf_counter()
        order = torch.randperm(count)
        total = torch.zeros(())
        for first in range(0, count, batch):
            rows = order[first:first + batch]
            loss = F.cross_entropy(model(self.x.index_select(0, rows)), self.y.index_select(0, rows))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        loss = total.item() / count
        return {"seconds": time.perf_counter() - begin, "loss": loss}

    def evaluate(self):
        self.model.eval()
        with torch.inference_mode():
            right = (self.model(self.test[0]).argmax(1) == self.test[1]).sum().item()
        return {"accuracy": right / len(self.test[1])}


def blas_core():
    """The kernels of the OpenBLAS that PyTorch has loaded, if it is OpenBLAS."""
    import ctypes
    try:
        with open("/proc/self/maps") as maps:
            path = next(line.split()[-1] for line in maps if "openblas" in line)
        library = ctypes.CDLL(path)
        library.openblas_get_config.restype = ctypes.c_char_p
        library.openblas_get_corename.restype = ctypes.c_char_p
        core = library.openblas_get_corename().decode()
        return f"{path}: {library.openblas_get_config().decode().strip()} (core {core})", core
    except (OSError, StopIteration, AttributeError):
        return "not OpenBLAS", None


def say(content):
    print(json.dumps(content), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("NEURALCORE_DATA"), help="folder with the four MNIST files")
    parser.add_argument("--whole", action="store_true", help="train the baseline once and end")
    parser.add_argument("--foreach", type=int, default=1, help="Adam's foreach form with --whole")
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("--data or NEURALCORE_DATA is needed")

    # Adam's averages of rarely lit pixels decay into subnormal numbers, which some processors handle slowly.
    torch.set_flush_denormal(True)
    train, test = read(arguments.data, "train"), read(arguments.data, "t10k")
    if arguments.whole:
        baseline = Baseline(train, test, BASELINE_BATCH, bool(arguments.foreach))
        for _ in range(BASELINE_EPOCHS):
            baseline.epoch()
        say({**baseline.evaluate(), "threads": torch.get_num_threads()})
        return

    blas, core = blas_core()
    say({"torch": torch.__version__, "threads": torch.get_num_threads(), "blas": blas, "core": core, "cpu": next(
        (part.split(":")[1].strip() for part in torch.__config__.show().splitlines() if "CPU capability" in part), "?")})
    baseline = None
    for line in sys.stdin:
        command, *values = line.split()
        if command == "reset":
            baseline = Baseline(train, test, int(values[0]), values[1] == "1")
            say({})
        elif command == "epoch":
            say(baseline.epoch())
        elif command == "evaluate":
            say(baseline.evaluate())
        elif command == "memory":
            say({"peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})
        elif command == "quit":
            return


if __name__ == "__main__":
    main()
