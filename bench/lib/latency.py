"""How long an event takes to its reader, and what waiting for events costs."""
import datetime
import os
import re
import statistics
import threading
import time

import experiment
import machine
from figures import Target
from processes import Process, Trouble, run_workload

INTERVAL_US = 3000
BPFTRACE = ('tracepoint:sched:sched_process_exec /comm == "noop"/ '
            '{ printf("%llu noop\\n", nsecs); }')
TIME = re.compile(rb'"time":"([^"]+)".*"comm":"noop"')


def clock_offset():
    """CLOCK_REALTIME - CLOCK_MONOTONIC in ns: the closest of several readings."""
    readings = []
    for _ in range(50):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        real = time.clock_gettime_ns(time.CLOCK_REALTIME)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        readings.append((after - before, real - (before + after) // 2))
    return min(readings)[1]


def nanoseconds(text):
    """Of an RFC 3339 time with nine digits, since 1970."""
    seconds = datetime.datetime.fromisoformat(text[:19] + "+00:00")
    return int(seconds.timestamp()) * 10**9 + int(text[20:29])


def event_time(line, offset):
    """When the event happened, by CLOCK_MONOTONIC; None for other lines."""
    if line.endswith(b" noop"):
        return int(line.split()[0])
    found = TIME.search(line)
    return nanoseconds(found[1].decode()) - offset if found else None


class PipeReader:
    """The far end of a tracer's output: sleeps in read() like any reader, and notes when it woke."""

    def __init__(self, pipe):
        self.pipe, self.chunks = pipe, []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        os.sched_setaffinity(0, {machine.LOAD_CPU})
        while chunk := os.read(self.pipe.fileno(), 1 << 16):
            self.chunks.append((time.clock_gettime_ns(time.CLOCK_MONOTONIC), chunk))

    def lines(self):
        """(line, its last byte's place in the stream, when it arrived)"""
        self.thread.join(5)
        end, rest = 0, b""
        for arrived, chunk in self.chunks:
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                end += len(line) + 1
                yield line, end, arrived


class Latency(experiment.Experiment):
    name = "latency"
    seconds = 75
    commands = {"plumb": ["exec", "--json"], "plumb --fast": ["exec", "--json", "--fast"]}

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(500)
        self.title = f"an execution every {INTERVAL_US // 1000} ms: from the event to its line"
        self.method = (
            f"Tracer on CPU {machine.TRACER_CPU}, workload and reader on CPU {machine.LOAD_CPU}. Written: "
            "when the tracer calls write() with the line, stamped by a BPF program. Read: when a "
            "script behind a pipe has it, which adds that reader's own awakening (and its turn "
            "on the workload's CPU).")

    def tools(self):
        return experiment.with_peers(self.commands, {"bpftrace -B line": "bpftrace"})

    def measure(self, number, tool):
        command = ([machine.plumb(), *self.commands[tool]] if tool in self.commands else
                   ["bpftrace", "-B", "line", "-e", BPFTRACE])
        tracer = Process(command, stdout="raw", cpu=machine.TRACER_CPU)
        reader = PipeReader(tracer.popen.stdout)
        if tool in self.commands:
            tracer.wait_ready(tracer.err, b"plumb: ready")
        else:
            tracer.wait_settled()
        stamper = Process([machine.peer("attach"), machine.peer("writes.bpf.o"), str(tracer.pid), "1"],
                          stdout="pipe")
        stamper.wait_ready(stamper.out, b"ready\n")
        time.sleep(0.3)
        offset, before, began = clock_offset(), tracer.cpu_ns(), time.monotonic()
        run_workload([machine.workload("trickle"), str(self.count), str(INTERVAL_US),
                      machine.workload("noop")], cpu=machine.LOAD_CPU)
        busy = (tracer.cpu_ns() - before) / 1e9 / (time.monotonic() - began)
        drift = abs(clock_offset() - offset)
        time.sleep(0.2)
        tracer.stop()
        stamper.stop()
        self.keep(number, tool, reader, stamper.out.text(), offset, drift, busy)

    def keep(self, number, tool, reader, stamps, offset, drift, busy):
        # the stamps end where the stream ends; what was written before them has none
        sizes = [int(line.split()[1]) for line in stamps.splitlines()[1:]]
        lines = list(reader.lines())
        writes, end = [], sum(len(chunk) for _, chunk in reader.chunks) - sum(sizes)
        for line in stamps.splitlines()[1:]:
            began, size = map(int, line.split())
            end += size
            writes.append((end, began))
        written, read = [], []
        first = end - sum(sizes)
        for line, line_end, arrived in lines:
            event = event_time(line, offset)
            while writes and writes[0][0] < line_end:
                writes.pop(0)
            if event is None or not writes or line_end <= first:
                continue
            written.append((writes[0][1] - event) / 1e3)
            read.append((arrived - event) / 1e3)
        if not self.count * 0.9 <= len(written) <= self.count * 1.1:
            raise Trouble(f"{len(written)} of {self.count} lines could be timed")
        self.add(number, tool, written=statistics.median(written), written99=highest(written),
                 read=statistics.median(read), read99=highest(read), drift=drift / 1e3,
                 cpu=100 * busy, lines=len(written))

    def tables(self):
        return [(["tracer", "written us, median", "p99", "read us, median", "p99",
                  "CPU %", f"lines of {self.count}", "clock drift us"],
                 self.rows("written", "written99", "read", "read99", "cpu", "lines", "drift"))]

    def targets(self):
        return [Target("plumb --fast: us to write(), median",
                       self.spread("plumb --fast", "written"), 10, True, True),
                Target("plumb: us to the reader, median", self.spread("plumb", "read"), 10000, True,
                       True)]


def highest(values):
    return statistics.quantiles(values, n=100)[98]


class Idle(experiment.Experiment):
    name = "idle"
    title = "CPU of a tracer to which nothing happens"
    method = ("All of them attached at the same time to an otherwise idle machine, with a filter that "
              "rejects; % of one processor over the time.")
    seconds = 60
    most_rounds = 3

    def __init__(self, quick):
        super().__init__(quick)
        self.length = 2 if quick else 5

    def tools(self):
        return ["together"]

    def measure(self, number, tool):
        commands = {"plumb": [machine.plumb(), "exec", "--where", 'path == "/nothing/like/it"']}
        if machine.installed("bpftrace"):
            commands["bpftrace"] = ["bpftrace", "-e", 'tracepoint:sched:sched_process_exec '
                                    '/pid == 1/ { printf("%d\\n", pid); }']
        if machine.installed("execsnoop"):
            commands["execsnoop"] = [machine.installed("execsnoop"), "-n", "nothing-like-it"]
        tracers = {name: Process(command) for name, command in commands.items()}
        tracers["plumb"].wait_ready(tracers["plumb"].err, b"plumb: ready")
        for tracer in tracers.values():
            tracer.wait_settled()
        time.sleep(0.5)
        before = {name: tracer.cpu_ns() for name, tracer in tracers.items()}
        began = time.monotonic()
        time.sleep(self.length)
        passed = time.monotonic() - began
        for name, tracer in tracers.items():
            self.add(number, name, cpu=100 * (tracer.cpu_ns() - before[name]) / 1e9 / passed)
        for tracer in tracers.values():
            tracer.stop()

    def tables(self):
        return [(["tracer", "CPU %"], self.rows("cpu"))]

    def targets(self):
        return [Target("plumb: CPU % at rest", self.spread("plumb", "cpu"), 0.1, True, True)]
