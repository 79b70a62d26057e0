"""Storms of executions: what tracing takes from them, and what it misses."""
import json
import re

import experiment
import machine
from figures import Target
from processes import Process, Trouble, run_workload

BPFTRACE_EXEC = 'tracepoint:sched:sched_process_exec { printf("%d %s\\n", pid, str(args->filename)); }'


def storm(count, workers, arguments=(), cpu=None):
    return [machine.workload("spawnstorm"), str(count), str(workers), machine.workload("noop"),
            *arguments]


def rate_of(output):
    return float(re.search(r"per_second (\d+)", output)[1])


def traced(tracer, workload, wait):
    """Runs the workload beside a tracer of the whole machine: rate, and the tracer's CPU meanwhile."""
    wait(tracer)
    before = tracer.cpu_ns()
    rate = rate_of(run_workload(workload))
    tracer.wait_drained()
    if not tracer.alive():
        raise Trouble(f"{tracer.name} ended too early: {tracer.err.text()[-300:]}")
    while_tracing = tracer.cpu_ns() - before
    whole = tracer.stop()
    return rate, while_tracing, whole


def plumb_is_ready(tracer):
    tracer.wait_ready(tracer.err, b"plumb: ready")


def others_settled(tracer):
    tracer.wait_settled()


def lines_of_noop(path):
    """The storm itself has noop's path among its arguments: that line is not counted."""
    noop, itself = machine.workload("noop").encode(), machine.workload("spawnstorm").encode()
    with open(path, "rb") as file:
        return sum(noop in line and itself not in line for line in file)


def closing_line(tracer):
    """(events shown, events lost) as plumb's last line says."""
    said = re.search(r"plumb: (\d+) events? in .*; (nothing lost|lost: .*)", tracer.err.text())
    if not said:
        raise Trouble(f"no closing line: {tracer.err.text()[-300:]}")
    return int(said[1]), sum(map(int, re.findall(r"exec (\d+) \(", said[2])))


def check_lines(path, shown):
    """What plumb says it showed is what arrived in the file."""
    with open(path, "rb") as file:
        arrived = sum(line.startswith(b'{"event":"exec"') for line in file)
    if arrived != shown:
        raise Trouble(f"{arrived} lines, but plumb says {shown}")


class Storm(experiment.Experiment):
    name = "storm"
    method = ("Everybody traces the whole machine into a file in memory; captured = lines with the "
              "program's path (\"plumb -- storm\": into /dev/null, its own count). CPU: from attached "
              "to drained, start and end apart. --stats has the kernel time every "
              "program, which costs time itself. strace: a fiftieth of the storm, captured scaled.")
    seconds = 150
    peers = {"bpftrace printf": "bpftrace", "execsnoop.bt": "execsnoop.bt", "execsnoop": "execsnoop",
             "perf trace": "perf", "strace -f": "strace"}

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(20000)
        self.title = (f"{self.count:,} executions by 2 workers as fast as they go, of a program that "
                      "exits at once")

    def tools(self):
        return experiment.with_peers(
            ["untraced", "plumb", "plumb --json", "plumb -- storm", "plumb --stats"], self.peers)

    def measure(self, number, tool):
        output = machine.scratch() / "storm.out"
        workload = storm(self.count, 2)
        if tool == "untraced":
            self.add(number, tool, rate=rate_of(run_workload(workload)))
        elif tool == "plumb -- storm":
            self.measure_own_command(number, tool, workload)
        elif tool == "strace -f":
            self.measure_strace(number, tool, output)
        else:
            self.measure_beside(number, tool, workload, output)
        output.unlink(missing_ok=True)

    def measure_beside(self, number, tool, workload, output):
        own = tool.startswith("plumb")
        command = self.commands(output)[tool]
        tracer = Process(command, stdout=None if own or tool == "perf trace" else output)
        rate, meanwhile, whole = traced(tracer, workload,
                                        plumb_is_ready if own else others_settled)
        captured = lines_of_noop(output)
        self.add(number, tool, rate=rate, captured=captured, cpu_us=meanwhile / 1e3 / self.count,
                 whole_s=whole)
        if own:
            shown, lost = closing_line(tracer)
            if tool == "plumb --json":
                check_lines(output, shown)
            self.add(number, tool, lost=lost)
        if tool == "plumb --stats":
            self.add(number, tool, ns_per_hit=tracer.stats()["tracers"]["exec"]["ns_per_hit"])

    @staticmethod
    def commands(output):
        plumb = [machine.plumb(), "exec", "-o", str(output)]
        return {"plumb": plumb, "plumb --json": [*plumb, "--json"],
                "plumb --stats": [*plumb, "--stats"],
                "bpftrace printf": ["bpftrace", "-e", BPFTRACE_EXEC],
                "execsnoop.bt": [machine.installed("execsnoop.bt")],
                "execsnoop": [machine.installed("execsnoop")],
                "perf trace": ["perf", "trace", "-a", "-e", "sched:sched_process_exec",
                               "-o", str(output)]}

    def measure_own_command(self, number, tool, workload):
        tracer = Process([machine.plumb(), "exec", "-o", "/dev/null", "--", *workload],
                         stdout="pipe")
        tracer.finish(60)
        shown, lost = closing_line(tracer)
        self.add(number, tool, rate=rate_of(tracer.out.text()), captured=shown - 1, lost=lost)

    def measure_strace(self, number, tool, output):
        count = max(40, self.count // 50)
        text = run_workload(["strace", "-f", "-qq", "-e", "trace=execve", "-o", str(output),
                             *storm(count, 2)])
        captured = lines_of_noop(output)
        self.add(number, tool, rate=rate_of(text), captured=captured * self.count / count)

    def rows_of(self, tool):
        return [tool, self.spread(tool, "rate"), self.samples.ratio(tool, "untraced", "rate"),
                self.spread(tool, "captured"), self.spread(tool, "lost"),
                self.spread(tool, "cpu_us"), self.spread(tool, "whole_s"),
                self.spread(tool, "ns_per_hit")]

    def tables(self):
        header = ["tracer", "executions/s", "/ untraced", f"captured of {self.count:,}",
                  "said lost", "CPU us/execution", "CPU s, all", "ns per hit"]
        return [(header, [self.rows_of(tool) for tool in self.samples.tools()])]

    def targets(self):
        found = []
        for tool in ("plumb", "plumb --json", "plumb -- storm"):
            captured = self.spread(tool, "captured")
            found.append(Target(f"{tool}: captured", captured, self.count))
            found.append(Target(f"{tool}: rate / untraced",
                                self.samples.ratio(tool, "untraced", "rate"), 0.95))
        found.append(Target("plumb: CPU us per execution", self.spread("plumb", "cpu_us"), 1, True))
        return found


class Arguments(experiment.Experiment):
    name = "arguments"
    method = ("Complete = all 56 arguments there with all their bytes (plumb: compared with what was "
              "passed; execsnoop: counted words). execsnoop.bt cannot show more than 16.")
    seconds = 80
    passed = [f"argument-{i:02}-" + "x" * 88 for i in range(55)]

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(8000)
        self.title = (f"{self.count:,} executions by 4 workers with 55 arguments of 100 bytes, the "
                      "reader at nice 19")

    def tools(self):
        return experiment.with_peers(["untraced", "plumb --json", "plumb"],
                                     {"execsnoop --max-args 60": "execsnoop",
                                      "execsnoop.bt": "execsnoop.bt"})

    def measure(self, number, tool):
        output = machine.scratch() / "arguments.out"
        workload = storm(self.count, 4, self.passed)
        if tool == "untraced":
            self.add(number, tool, rate=rate_of(run_workload(workload)))
            return
        own = tool.startswith("plumb")
        plumb = [machine.plumb(), "exec", "-o", str(output)]
        command = {"plumb": plumb, "plumb --json": [*plumb, "--json"],
                   "execsnoop --max-args 60": [machine.installed("execsnoop"), "--max-args", "60"],
                   "execsnoop.bt": [machine.installed("execsnoop.bt")]}[tool]
        tracer = Process(command, stdout=None if own else output, nice=19)
        rate, meanwhile, _ = traced(tracer, workload, plumb_is_ready if own else others_settled)
        check = complete_json if tool == "plumb --json" else complete_words
        captured, complete = check(output, [machine.workload("noop"), *self.passed])
        self.add(number, tool, rate=rate, captured=captured, complete=complete,
                 cpu_us=meanwhile / 1e3 / self.count)
        if own:
            self.add(number, tool, lost=closing_line(tracer)[1])
        output.unlink()

    def tables(self):
        rows = [[tool, self.spread(tool, "rate"), self.samples.ratio(tool, "untraced", "rate"),
                 self.spread(tool, "captured"), self.spread(tool, "complete"),
                 self.spread(tool, "lost"), self.spread(tool, "cpu_us")]
                for tool in self.samples.tools()]
        return [(["tracer", "executions/s", "/ untraced", f"captured of {self.count:,}", "complete",
                  "said lost", "CPU us/execution"], rows)]

    def targets(self):
        return [Target(f"{tool}: {what}", self.spread(tool, what), self.count)
                for tool in ("plumb --json", "plumb") for what in ("captured", "complete")]


def complete_json(path, passed):
    """(executions of noop, those whose arguments are exactly the ones passed)"""
    captured = complete = 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event.get("path") == passed[0]:
                captured += 1
                complete += event["args"] == passed
    return captured, complete


def complete_words(path, passed):
    """The same where arguments are words of a line that may begin with anything."""
    wanted, captured, complete = " ".join(passed).encode(), 0, 0
    itself = machine.workload("spawnstorm").encode()
    with open(path, "rb") as file:
        for line in file:
            if passed[0].encode() in line and itself not in line:
                captured += 1
                complete += wanted in b" ".join(line.split())
    return captured, complete
