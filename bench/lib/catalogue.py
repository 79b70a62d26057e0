"""The tracers of hot places: what they add, and what they miss under load."""
import re

import experiment
import machine
from executions import plumb_is_ready, rate_of
from figures import Spread, Target
from processes import Process, Trouble, run_workload

COUNT = ["syscall", "--by", "name", "--show", "count", "-o", "/dev/null"]
LATENCIES = ["syscall", "--by", "name", "--show", "count,sum(latency),p50(latency),p99(latency)", "-o", "/dev/null"]
BPFTRACE_COUNT = "tracepoint:raw_syscalls:sys_enter { @[args->id] = count(); }"
BPFTRACE_LATENCIES = ("tracepoint:raw_syscalls:sys_enter { @began[tid] = nsecs; } "
                      "tracepoint:raw_syscalls:sys_exit /@began[tid]/ "
                      "{ @[args->id] = hist(nsecs - @began[tid]); delete(@began[tid]); }")


def beside(command, workload, cpu=None):
    """What a workload prints beside a tracer, which is pinned where told."""
    tracer = Process(command, cpu=cpu) if command else None
    if tracer and command[0] == machine.plumb():
        plumb_is_ready(tracer)
    elif tracer:
        tracer.wait_settled()
    output = run_workload(workload)
    if tracer:
        tracer.stop()
    return output, tracer


class Syscalls(experiment.Experiment):
    name = "syscalls"
    title = "ns that tracing every system call adds to a getppid"
    method = (f"getppid pinned on CPU {machine.LOAD_CPU}. By hand: bench/peers/names.bpf.c (a per-CPU array by number) "
              "and latencies.bpf.c (the begin in task storage, a histogram of powers of two by number).")
    seconds = 110
    limits = {"names": 1.15, "latencies": 1.25}

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(2_000_000)

    def commands(self):
        attach = machine.peer("attach")
        return {
            "untraced": None,
            "names: by hand": [attach, machine.peer("names.bpf.o")],
            "names: plumb": [machine.plumb(), *COUNT],
            "names: bpftrace": ["bpftrace", "-e", BPFTRACE_COUNT],
            "names: syscount": [machine.installed("syscount")],
            "latencies: by hand": [attach, machine.peer("latencies.bpf.o")],
            "latencies: plumb": [machine.plumb(), *LATENCIES],
            "latencies: bpftrace": ["bpftrace", "-e", BPFTRACE_LATENCIES],
            "latencies: syscount -L": [machine.installed("syscount"), "-L"],
        }

    def tools(self):
        return [tool for tool, command in self.commands().items()
                if command is None or (command[0] and machine.installed(command[0]))]

    def measure(self, number, tool):
        workload = [machine.workload("getppid"), str(self.count), str(machine.LOAD_CPU)]
        output, _ = beside(self.commands()[tool], workload, machine.TRACER_CPU)
        self.add(number, tool, ns=float(re.search(r"([\d.]+) ns per call", output)[1]))

    def added(self, tool):
        """ns by round, over the untraced call of the same round."""
        rounds = self.samples.rounds
        untraced = rounds["untraced", "ns"]
        return {n: ns - untraced[n] for n, ns in rounds[tool, "ns"].items() if n in untraced}

    def over_hand(self, tool):
        by_hand = self.added(f"{tool.split(':')[0]}: by hand")
        values = [ns / by_hand[n] for n, ns in self.added(tool).items() if n in by_hand]
        return Spread(values) if values else None

    def tables(self):
        rows = [[tool, self.spread(tool, "ns"), Spread(list(self.added(tool).values())), self.over_hand(tool)]
                for tool in self.samples.tools() if self.added(tool) and tool != "untraced"]
        return [(["tracer", "ns per call", "added", "added / by hand"],
                 [["untraced", self.spread("untraced", "ns"), None, None], *rows])]

    def targets(self):
        return [Target(f"{kind}: added by plumb / by hand", self.over_hand(f"{kind}: plumb"), limit, True)
                for kind, limit in self.limits.items()]


class Switches(experiment.Experiment):
    name = "switches"
    title = "a round trip of `perf bench sched pipe` on one processor"
    method = (f"Both ends on CPU {machine.LOAD_CPU}, the tracer on CPU {machine.TRACER_CPU}; groups by thread name and "
              "state or cause, with count, sum, p50, p99 and max.")
    seconds = 110

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(60_000)

    def commands(self):
        show = ["--show", "count,sum(latency),p50(latency),p99(latency),max(latency)", "-o", "/dev/null"]
        return {
            "untraced": None,
            "plumb offcpu": [machine.plumb(), "offcpu", "--by", "who.comm,state", *show],
            "plumb offcpu --stack": [machine.plumb(), "offcpu", "--stack", "-o", "/dev/null"],
            "plumb runq": [machine.plumb(), "runq", "--by", "who.comm,cause", *show],
            "runqlat": [machine.installed("runqlat")],
            "cpudist -O": [machine.installed("cpudist"), "-O"],
            "bpftrace": ["bpftrace", "-e", "tracepoint:sched:sched_switch { @off[args->prev_pid] = nsecs; "
                         "$began = @off[args->next_pid]; if ($began) { @us = hist((nsecs - $began) / 1000); "
                         "delete(@off[args->next_pid]); } }"],
        }

    def tools(self):
        if not machine.installed("perf"):
            return []
        return [tool for tool, command in self.commands().items()
                if command is None or (command[0] and machine.installed(command[0]))]

    def measure(self, number, tool):
        workload = ["taskset", "-c", str(machine.LOAD_CPU), "perf", "bench", "sched", "pipe", "-l", str(self.count)]
        output, _ = beside(self.commands()[tool], workload, machine.TRACER_CPU)
        self.add(number, tool, us=float(re.search(r"([\d.]+) usecs/op", output)[1]))

    def tables(self):
        return [(["tracer", "us per round trip", "/ untraced"],
                 [[tool, self.spread(tool, "us"), self.samples.ratio(tool, "untraced", "us")]
                  for tool in self.samples.tools()])]

    def targets(self):
        return [Target(f"plumb {name} / untraced", self.samples.ratio(f"plumb {name}", "untraced", "us"), most, True)
                for name, most in (("offcpu", 1.2), ("offcpu --stack", 2), ("runq", 1.2))]


class Loads(experiment.Experiment):
    name = "loads"
    title = "open, tcp and dns under load: nothing lost"
    method = ("Each workload alone, then as the command of plumb, every event as JSON into a file in memory. All of "
              "its events have to be there; what is lost has to be said.")
    seconds = 110
    # tracer: (workload, how many, its other arguments, the rate that is asked for, which events are counted)
    loads = {"open": ("opens", 200_000, ["2"], 50_000, 'path == "/dev/null"'),
             "tcp": ("connections", 30_000, [], 5_000, "role == client"),
             "dns": ("queries", 50_000, [], 5_000, 'name == "www.example.org"')}

    def tools(self):
        return [f"{tracer}{beside_plumb}" for tracer in self.loads for beside_plumb in ("", ": plumb")]

    def measure(self, number, tool):
        tracer, _, by_plumb = tool.partition(": ")
        program, count, arguments, _, which = self.loads[tracer]
        count = self.some(count)
        workload = [machine.workload(program), str(count), *arguments]
        if not by_plumb:
            self.add(number, tool, rate=rate_of(run_workload(workload)))
            return
        output = machine.scratch() / "loads.out"
        run = Process([machine.plumb(), tracer, "--json", "--where", which, "-o", str(output), "--", *workload],
                      stdout="pipe")
        run.finish(60)
        lost = re.search(r"(nothing lost|lost: .*)", run.err.text())
        if run.popen.returncode or not lost:
            raise Trouble(f"{program} beside plumb: {run.err.text()[-300:]}")
        with open(output, "rb") as file:
            events = sum(line.startswith(b'{"event":"%s"' % tracer.encode()) for line in file)
        output.unlink()
        said = sum(map(int, re.findall(rf"{tracer} (\d+) \(", lost[1])))
        self.add(number, tool, rate=rate_of(run.out.text()), captured=events / count, told=(events + said) / count)

    def tables(self):
        return [(["load", "per second", "/ untraced", "captured", "captured or said lost"],
                 [[tool, self.spread(tool, "rate"), self.samples.ratio(tool, tool.split(":")[0], "rate"),
                   self.spread(tool, "captured"), self.spread(tool, "told")] for tool in self.samples.tools()])]

    def targets(self):
        found = []
        for tracer, (_, _, _, rate, _) in self.loads.items():
            found.append(Target(f"{tracer}: events per second", self.spread(f"{tracer}: plumb", "rate"), rate))
            found.append(Target(f"{tracer}: captured", self.spread(f"{tracer}: plumb", "captured"), 1))
        return found
