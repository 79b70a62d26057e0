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


def lines_with(path, needle):
    with open(path, "rb") as file:
        return sum(needle in line for line in file)


class Storm(experiment.Experiment):
    name = "storm"
    title = "20,000 executions by 2 workers as fast as they go, of a program that exits at once"
    method = ("Everybody traces the whole machine into a file in memory; captured = lines with the "
              "program's path. CPU is counted from attached to drained, start and end apart.")
    seconds = 190
    peers = {"bpftrace printf": "bpftrace", "execsnoop.bt": "execsnoop.bt", "execsnoop": "execsnoop",
             "perf trace": "perf", "strace -f": "strace"}

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(20000)

    def tools(self):
        return experiment.with_peers(
            ["untraced", "plumb", "plumb --json", "plumb -- storm"], self.peers)

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
        captured = lines_with(output, b"workloads/noop") - lines_with(output, b"spawnstorm")
        self.add(number, tool, rate=rate, captured=captured, cpu_us=meanwhile / 1e3 / self.count,
                 whole_s=whole)
        if own:
            stats = tracer.stats()
            self.add(number, tool, own_account_s=stats["cpu_ns"] / 1e9,
                     lost=sum(stats["tracers"]["exec"]["lost"].values()),
                     ns_per_hit=stats["tracers"]["exec"]["ns_per_hit"])

    def commands(self, output):
        return {
            "plumb": [machine.plumb(), "exec", "--stats", "-o", str(output)],
            "plumb --json": [machine.plumb(), "exec", "--stats", "--json", "-o", str(output)],
            "bpftrace printf": ["bpftrace", "-e", BPFTRACE_EXEC],
            "execsnoop.bt": [machine.installed("execsnoop.bt") or ""],
            "execsnoop": [machine.installed("execsnoop") or ""],
            "perf trace": ["perf", "trace", "-a", "-e", "sched:sched_process_exec", "-o", str(output)],
        }[0:] if False else {
            "plumb": [machine.plumb(), "exec", "--stats", "-o", str(output)],
        }

    def measure_own_command(self, number, tool, workload):
        tracer = Process([machine.plumb(), "exec", "--stats", "-o", "/dev/null", "--", *workload],
                         stdout="pipe")
        tracer.finish(60)
        stats = tracer.stats()
        account = stats["tracers"]["exec"]
        self.add(number, tool, rate=rate_of(tracer.out.text()), captured=account["emitted"] - 1,
                 lost=sum(account["lost"].values()), own_account_s=stats["cpu_ns"] / 1e9)

    def measure_strace(self, number, tool, output):
        count = max(40, self.count // 50)
        text = run_workload(["strace", "-f", "-qq", "-e", "trace=execve", "-o", str(output),
                             *storm(count, 2)])
        captured = lines_with(output, b'execve("' + machine.workload("noop").encode())
        self.add(number, tool, rate=rate_of(text), captured=captured * self.count / count)
