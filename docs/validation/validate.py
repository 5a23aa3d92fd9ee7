"""Validates Joulegram on a machine with an NVIDIA GPU and prints what it found as Markdown.

    python3 docs/validation/validate.py --jar agent/target/joulegram.jar [--java JAVA]

Needs a JDK or JRE 17 and, for the load, PyTorch for the same python3. Takes four minutes. Nothing on the GPU is set.
"""
import argparse
import ctypes
import os
import platform
import re
import subprocess
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-XX:+UseSerialGC", "-Xms8m", "-Xmn3m", "-Xmx48m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
         "-XX:+ExitOnOutOfMemoryError"]
REST = 3.0  # seconds at rest on both sides of a phase: published figures lag by up to 0.6 s, which cancels there
PHASES = [
    ("at rest", "rest 12 idle"),
    ("full load", "full 12 full"),
    ("square wave, 1 s", "sq1 15 square 1.0 0.5"),
    ("square wave, 100 ms", "sq100 12 square 0.1 0.5"),
    ("square wave, 75 ms", "sq75 12 square 0.075 0.5"),
    ("steps of 30 to 90 ms", "decode 20 decode"),
    ("like inference", "serve 30 serve"),
]


class Nvml:
    """The counter and the instantaneous power, asked for without Joulegram."""

    def __init__(self):
        self.library = ctypes.CDLL("libnvidia-ml.so.1")
        self.device = ctypes.c_void_p()
        check(self.library.nvmlInit_v2())
        check(self.library.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(self.device)))

    def text(self, function):
        buffer = ctypes.create_string_buffer(96)
        if function == "nvmlSystemGetDriverVersion":
            check(self.library.nvmlSystemGetDriverVersion(buffer, 80))
        else:
            check(getattr(self.library, function)(self.device, buffer, 96))
        return buffer.value.decode()

    def joules(self):
        value = ctypes.c_ulonglong()
        check(self.library.nvmlDeviceGetTotalEnergyConsumption(self.device, ctypes.byref(value)))
        return value.value / 1e3

    def instant_watts(self):
        field = (ctypes.c_uint64 * 5)(186)  # nvmlFieldValue_t: id, scope | timestamp | latency | type, code | value
        check(self.library.nvmlDeviceGetFieldValues(self.device, 1, field))
        return (field[4] & 0xFFFFFFFF) / 1e3


def check(code):
    if code != 0:
        raise RuntimeError(f"NVML answers {code}")


class Load:
    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "load.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def run(self, phase):
        self.process.stdin.write(phase + "\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Naive(threading.Thread):
    """What a script does that asks for the power once a second and multiplies."""

    def __init__(self, nvml):
        super().__init__(daemon=True)
        self.nvml, self.joules, self.stop = nvml, 0.0, threading.Event()

    def run(self):
        while not self.stop.is_set():
            self.joules += self.nvml.instant_watts()
            self.stop.wait(1.0)


class Agent:
    def __init__(self, java, jar):
        self.process = subprocess.Popen(
            [java, *FLAGS, "-jar", jar, "run", "--server", "none", "--web.listen-address", "127.0.0.1:13611"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "MALLOC_ARENA_MAX": "2"})
        began = time.monotonic()
        while True:
            try:
                if 'joulegram_power_watts{domain="gpu"' in self.get("/metrics"):
                    break
            except OSError:
                pass
            if time.monotonic() - began > 20:
                raise RuntimeError("the agent does not answer")
            time.sleep(0.02)
        self.first_seconds = time.monotonic() - began

    def get(self, path):
        with urllib.request.urlopen("http://127.0.0.1:13611" + path, timeout=5) as answer:
            return answer.read().decode()

    def metrics(self):
        lines = (re.match(r"(\w+(?:\{.*\})?) (\S+)$", line) for line in self.get("/metrics").splitlines())
        return {line.group(1): float(line.group(2)) for line in lines if line}

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1e3

    def close(self):
        self.process.terminate()
        self.process.wait()


def energies(metrics):
    found = {}
    for name, value in metrics.items():
        match = re.match(r'joulegram_energy_joules_total\{domain="gpu",device="0",source="(\w+)"', name)
        if match:
            found[match.group(1)] = value
        if name.startswith('joulegram_facility_energy_joules_total{component="gpu"'):
            found["joulegram"] = value
    return found


def offsets(agent, nvml, seconds):
    """How far each published energy is from the counter at rest, averaged over the lag of either."""
    until, sums, count, joules = time.monotonic() + seconds, {}, 0, 0.0
    while time.monotonic() < until:
        joules = nvml.joules()
        for name, energy in energies(agent.metrics()).items():
            sums[name] = sums.get(name, 0.0) + energy - joules
        count += 1
        time.sleep(0.05)
    return {name: total / count for name, total in sums.items()}, joules


def measure(agent, nvml, load, phase):
    load.run("settle 1.5 idle")
    before, truth_before = offsets(agent, nvml, REST)
    began, naive = time.monotonic(), Naive(nvml)
    naive.start()
    load.run(phase)
    load.run("settle 1.5 idle")
    naive.stop.set()
    naive.join()
    seconds, truth_naive = time.monotonic() - began, nvml.joules()
    after, truth_after = offsets(agent, nvml, REST)
    errors = {name: after[name] - before[name] for name in after}
    errors["naive"] = naive.joules - (truth_naive - truth_before)
    return truth_naive - truth_before, seconds, errors


def percent(error, truth):
    return f"{100 * error / truth:+.2f} %"


def energy_table(agent, nvml, load):
    columns = ["joulegram", "nvml_samples", "nvml_average", "nvml_instant", "naive"]
    print("| load | counter, J | mean, W | Joulegram | its samples | its 1 s average | its instant | 1 Hz polling |")
    print("|---|---|---|---|---|---|---|---|")
    for name, phase in PHASES:
        truth, seconds, errors = measure(agent, nvml, load, phase)
        cells = [percent(errors[column], truth) if column in errors else "" for column in columns]
        print(f"| {name} | {truth:.0f} | {truth / seconds:.0f} | " + " | ".join(cells) + " |", flush=True)


def cost_table(agent, began, cpu):
    seconds = time.monotonic() - began
    metrics = agent.metrics()
    ticks = sum(v for k, v in metrics.items() if k.startswith('joulegram_sampling_ticks_total{source="nvml'))
    missed = sum(v for k, v in metrics.items() if k.startswith('joulegram_sampling_missed_ticks_total{source="nvml'))
    unobserved = sum(
        v for k, v in metrics.items() if k.startswith('joulegram_energy_unobserved_seconds_total{domain="gpu"'))
    print("| figure | value |")
    print("|---|---|")
    print(f"| processor time of the agent | {100 * (agent.cpu_seconds() - cpu) / seconds:.2f} % of a core |")
    print(f"| resident memory | {agent.resident_megabytes():.1f} MB |")
    print(f"| first figures after the start | {agent.first_seconds:.2f} s |")
    print(f"| ticks of the GPU, missed | {ticks:.0f}, {missed:.0f} |")
    print(f"| unobserved | {unobserved:.2f} s |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--jar", default="agent/target/joulegram.jar")
    arguments.add_argument("--java", default="java")
    given = arguments.parse_args()
    nvml = Nvml()
    print(f"## {nvml.text('nvmlDeviceGetName')}, driver {nvml.text('nvmlSystemGetDriverVersion')}, "
          f"kernel {platform.release()}\n", flush=True)
    load = Load()
    survey = subprocess.Popen(
        [given.java, *FLAGS, "-jar", given.jar, "calibrate", "--sensors", "--survey-seconds", "40"],
        stdout=subprocess.PIPE, text=True)
    for period in (1.234, 0.317, 0.731, 0.517):
        load.run(f"survey 10.5 square {period} 0.5")
    print("### Sensors and calls\n\n" + survey.communicate()[0], flush=True)
    agent = Agent(given.java, given.jar)
    time.sleep(5)
    began, cpu = time.monotonic(), agent.cpu_seconds()
    print("### Energy against NVIDIA's own counter\n")
    energy_table(agent, nvml, load)
    print("\n### Cost of the agent\n")
    cost_table(agent, began, cpu)
    agent.close()
    load.close()


main()
