"""Loads the GPU as told on standard input, a line a phase: NAME SECONDS KIND [ARGUMENT ...]; answers `done NAME`.

Kinds: idle; full (matrix products); square PERIOD DUTY; decode (steps of 30 to 90 ms of matrix products, bandwidth-bound
products, copies and nothing); serve (bursts like prefill, then many short steps like decode). Needs PyTorch.
"""
import random
import sys
import time

import torch

random.seed(1)
torch.manual_seed(1)
dtype = torch.bfloat16
a = torch.randn(4096, 4096, device="cuda", dtype=dtype)
b = torch.randn(4096, 4096, device="cuda", dtype=dtype)
c = torch.empty_like(a)
source = torch.randn(1 << 29, device="cuda", dtype=dtype)
target = torch.empty_like(source)
x = torch.randn(1, 16384, device="cuda", dtype=dtype)
weights = torch.randn(16384, 16384, device="cuda", dtype=dtype)
y = torch.empty(1, 16384, device="cuda", dtype=dtype)


def multiply():
    torch.mm(a, b, out=c)


def copy():
    target.copy_(source)


def decode_step():
    torch.mm(x, weights, out=y)


def busy(work, seconds, batch=4):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(batch):
            work()
        torch.cuda.synchronize()


def square(end, period, duty):
    start = time.monotonic()
    periods = 0
    while time.monotonic() < end:
        busy(multiply, period * duty)
        periods += 1
        time.sleep(max(0.0, start + periods * period - time.monotonic()))


def decode(end):
    while time.monotonic() < end:
        seconds = random.uniform(0.03, 0.09)
        kind = random.random()
        if kind < 0.25:
            time.sleep(seconds)
        elif kind < 0.5:
            busy(multiply, seconds)
        elif kind < 0.8:
            busy(decode_step, seconds)
        else:
            busy(copy, seconds, 2)


def serve(end):
    while time.monotonic() < end:
        busy(multiply, random.uniform(0.02, 0.25))
        for _ in range(random.randint(10, 60)):
            for _ in range(40):
                decode_step()
            torch.cuda.synchronize()
            time.sleep(0.002)
        if random.random() < 0.1:
            time.sleep(random.uniform(0.1, 0.8))


def main():
    for work in (multiply, copy, decode_step):
        for _ in range(10):
            work()
    torch.cuda.synchronize()
    print("ready", flush=True)
    for line in sys.stdin:
        name, seconds, kind, *arguments = line.split()
        end = time.monotonic() + float(seconds)
        if kind == "idle":
            time.sleep(float(seconds))
        elif kind == "full":
            busy(multiply, float(seconds))
        elif kind == "square":
            square(end, float(arguments[0]), float(arguments[1]))
        elif kind == "decode":
            decode(end)
        elif kind == "serve":
            serve(end)
        else:
            raise ValueError(f"{kind} is no kind of load")
        torch.cuda.synchronize()
        print("done", name, flush=True)


main()
