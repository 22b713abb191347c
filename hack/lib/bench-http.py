"""What hack/bench http measures: bench-http.py PLAN, the plan being a file of JSON.

Two servers of one component, each started anew for each round, in turn, and clients on the same machine.
"""

import asyncio
import json
import os
import pathlib
import re
import resource
import signal
import statistics
import subprocess
import sys
import time

plan = json.loads(pathlib.Path(sys.argv[1]).read_text())
FOLDER = pathlib.Path(plan["folder"])
PORTS = {"martlet": plan["port"], "wasmtime": plan["port"] + 1, "runc": plan["port"] + 2}
CONNECTIONS = (16, 256)

# Name, path, bytes sent, lowest ratio of requests per second.
CASES = [
    ("empty reply", "/status?200", 0, 2.0),
    ("4 KB out", "/bytes?4096", 0, 1.0),
    ("64 KB out", "/bytes?65536", 0, 1.3),
    ("1 MB out", "/bytes?1048576", 0, 1.0),
    ("4 KB in", "/count", 4096, 1.0),
    ("64 KB in", "/count", 65536, 1.0),
    ("1 MB in", "/count", 1 << 20, 1.0),
]


def fail(message):
    sys.exit(f"hack/bench: {message}")


def answers(port, path="/hello"):
    """Whether a GET is answered with 200."""

    async def ask():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        line = await reader.readline()
        writer.close()
        return line.split()[1:2] == [b"200"]

    try:
        return asyncio.run(asyncio.wait_for(ask(), 5))
    except (OSError, asyncio.TimeoutError):
        return False


def wait_for(port, what, seconds=60):
    end = time.monotonic() + seconds
    while not answers(port):
        if time.monotonic() > end:
            fail(f"{what} does not answer")
        time.sleep(0.001)


class Container:
    """One of the private containerd, on the machine's network; its first process is `pid`."""

    def __init__(self, name, runtime, rootfs, arguments, environment=()):
        self.name = name
        spec = json.loads(subprocess.check_output(plan["ctr"] + ["oci", "spec"]))
        spec["root"] = {"path": rootfs}
        spec["process"]["args"] = arguments
        spec["process"]["env"] = ["PATH=/bin", *environment]
        # As containers of Kubernetes have it: what containerd itself may have.
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        spec["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": most, "soft": most}]
        spaces = spec["linux"]["namespaces"]
        spec["linux"]["namespaces"] = [space for space in spaces if space["type"] != "network"]
        spec["annotations"] = {"martlet.dev/http-reuse": str(plan["reuse"])}
        spec["linux"]["cgroupsPath"] = f"/{plan['namespace']}/{name}"
        config = FOLDER / f"{name}.json"
        config.write_text(json.dumps(spec))
        command = ["run", "--detach", "--runtime", runtime, "--config", str(config), name]
        with open(FOLDER / f"{name}.log", "wb") as log:
            ended = subprocess.run(plan["ctr"] + command, check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if ended.returncode != 0:
            fail(f"container {name}: {(FOLDER / f'{name}.log').read_text().strip()}")

    @property
    def pid(self):
        for line in subprocess.check_output(plan["ctr"] + ["tasks", "list"], text=True).splitlines():
            words = line.split()
            if words[0] == self.name:
                return int(words[1])
        return fail(f"container {self.name} is gone: see {FOLDER}/{self.name}.log")

    def stop(self):
        subprocess.run(plan["ctr"] + ["tasks", "rm", "--force", self.name], check=False, capture_output=True)
        subprocess.run(plan["ctr"] + ["containers", "rm", self.name], check=False, capture_output=True)


class Process:
    """`wasmtime serve`, with its defaults."""

    def __init__(self, module):
        address = f"127.0.0.1:{PORTS['wasmtime']}"
        command = [plan["wasmtime"], "serve", "--wasi", "cli", "--addr", address, module]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.pid = self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def start(name):
    if name == "wasmtime":
        server = Process(f"{plan['rootfs']}/plain.wasm")
    else:
        server = Container(name, "io.containerd.martlet.v1", plan["rootfs"], ["/plain.wasm"],
                           [f"WASMTIME_HTTP_PROXY_SOCKET_ADDR=127.0.0.1:{PORTS[name]}",
                            "WASMTIME_HTTP_BACKLOG=4096"])
    wait_for(PORTS[name], name)
    return server


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def load(port, path, size, connections):
    """Requests per second, the 99th percentile of their latency in ms, and those that failed."""
    script = FOLDER / f"{size}.lua"
    script.write_text(f'wrk.method = "POST"\nwrk.body = string.rep("x", {size})\n' if size else "")
    command = ["wrk", "-t2", f"-c{connections}", f"-d{plan['seconds']}s", "--timeout", "30s", "--latency"]
    out = subprocess.check_output(command + ["-s", str(script), f"http://127.0.0.1:{port}{path}"], text=True)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    late = milliseconds(re.search(r"(?m)^\s+99%\s+(\S+)", out).group(1))
    failed = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", out))
    failed += sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", out))
    return rate, late, failed


def rates(report):
    print(f"Requests per second and p99 in ms, medians of {plan['rounds']} rounds of {plan['seconds']} s, in turn")
    print(f"{'':27}{'martlet':>18}{'wasmtime serve':>18}{'ratio':>9}{'bar':>8}")
    samples = {}
    for _ in range(plan["rounds"]):
        for name in ("martlet", "wasmtime"):
            server = start(name)
            try:
                load(PORTS[name], "/hello", 0, 16)
                for case, path, size, _ in CASES:
                    for connections in CONNECTIONS:
                        samples.setdefault((case, connections), {}).setdefault(name, []).append(
                            load(PORTS[name], path, size, connections))
            finally:
                server.stop()
    for case, _, _, bar in CASES:
        for connections in CONNECTIONS:
            found = samples[case, connections]
            middle = {name: [statistics.median(column) for column in zip(*found[name])] for name in found}
            ours, theirs = middle["martlet"], middle["wasmtime"]
            ratio = ours[0] / max(theirs[0], 0.01)
            words = [f"{rate:,.0f} ({late:.1f})" for rate, late, _ in (ours, theirs)]
            lost = sum(sample[2] for sample in found["martlet"])
            note = f"  {lost} failed" if lost else ""
            label = f"  {case}, {connections} connections"
            print(f"{label:27}{words[0]:>18}{words[1]:>18}{ratio:>8.2f}×{f'≥ {bar}×':>8}{note}", flush=True)
            report.append({"case": case, "connections": connections, "samples": found, "ratio": ratio, "bar": bar})


async def sleepers(port, count):
    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /sleep?1000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        line = await reader.read()
        writer.close()
        return b" 200 " in line[:15]

    begun = time.monotonic()
    results = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
    return time.monotonic() - begun, sum(result is not True for result in results)


def sleeping(report):
    print("\n1,000 requests in flight that each wait 1 s")
    for name in ("martlet", "wasmtime"):
        server = start(name)
        pathlib.Path(f"/proc/{server.pid}/clear_refs").write_text("5")
        seconds, failed = asyncio.run(sleepers(PORTS[name], 1000))
        status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
        server.stop()
        bar = "   bar: < 2 s, < 200 MB" if name == "martlet" else ""
        print(f"  {name:9} {seconds:5.2f} s, {failed} failed, {peak:4.0f} MB at the most{bar}", flush=True)
        report.append({"case": "sleeping", "server": name, "seconds": seconds, "failed": failed, "megabytes": peak})


def cold(report):
    print("\n`ctr run` of a container to its first 200, ms, medians of 10")
    found = {"martlet": [], "runc": []}
    for _ in range(10):
        for name in found:
            begun = time.monotonic()
            if name == "martlet":
                server = start(name)
            else:
                server = Container(name, "io.containerd.runc.v2", plan["native"],
                                   ["/bin/busybox", "httpd", "-f", "-p", f"127.0.0.1:{PORTS['runc']}", "-h", "/www"])
                wait_for(PORTS["runc"], "busybox httpd")
            found[name].append((time.monotonic() - begun) * 1000)
            server.stop()
    for name, server in (("martlet", "the component"), ("runc", "busybox httpd")):
        print(f"  {name:9} {statistics.median(found[name]):6.1f}   {server}", flush=True)
    report.append({"case": "cold start", "samples": found})


def main():
    report = []
    cores = len(os.sched_getaffinity(0))
    version = subprocess.check_output([plan["wasmtime"], "--version"], text=True).strip()
    print(f"{cores} cores, shared with the clients; {version}\n")
    rates(report)
    sleeping(report)
    cold(report)
    pathlib.Path(plan["json"]).write_text(json.dumps(report, indent=1))


main()
