"""Probes on user code: what a hit costs beside a program written by hand at the same place, and bpftrace."""
import re

import experiment
import machine
from figures import Target
from processes import Process, run_workload


class Probes(experiment.Experiment):
    name = "probes"
    title = "ns per call of a function that is probed"
    method = (f"bench/workloads/called.c pinned on CPU {machine.LOAD_CPU}. By hand: bench/peers/pushed.bpf.c, returned, marked, "
              "passed, which count, and of the static probe add up its argument by libbpf's means. marked begins with endbr64.")
    seconds = 60

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(400_000)

    def commands(self):
        called, attach = machine.workload("called"), machine.peer("attach")
        kinds = {"pushed": (f"uprobe:{called}:pushed", "count"),
                 "returned": (f"uretprobe:{called}:pushed", "count"),
                 "marked": (f"uprobe:{called}:marked", "count"),
                 "passed": (f"usdt:{called}:bench:passed", "count,sum(arg0)")}
        scripts = {"pushed": f"uprobe:{called}:pushed {{ @ = count(); }}",
                   "returned": f"uretprobe:{called}:pushed {{ @ = count(); }}",
                   "marked": f"uprobe:{called}:marked {{ @ = count(); }}",
                   "passed": f"usdt:{called}:bench:passed {{ @ = sum(arg0); }}"}
        commands = {}
        for kind, (spec, show) in kinds.items():
            commands[f"{kind}: untraced"] = None
            commands[f"{kind}: by hand"] = [attach, machine.peer(f"{kind}.bpf.o")]
            commands[f"{kind}: plumb"] = [machine.plumb(), "probe", spec, "--show", show, "-o", "/dev/null"]
            commands[f"{kind}: bpftrace"] = ["bpftrace", "-e", scripts[kind]]
        return commands

    def tools(self):
        return [tool for tool, command in self.commands().items()
                if command is None or (command[0] and machine.installed(command[0]))]

    def measure(self, number, tool):
        command, tracer = self.commands()[tool], None
        if command:
            tracer = Process(command)
            if "plumb" in tool:
                tracer.wait_ready(tracer.err, b"plumb: ready")
            else:
                tracer.wait_settled()
        function = tool.split(":")[0].replace("returned", "pushed")
        output = run_workload([machine.workload("called"), function, str(self.count), str(machine.LOAD_CPU)])
        self.add(number, tool, ns=float(re.search(r"([\d.]+) ns per call", output)[1]))
        if tracer:
            tracer.stop()

    def tables(self):
        rows = []
        for tool in self.samples.tools():
            kind = tool.split(":")[0]
            rows.append([tool, self.spread(tool, "ns"), self.samples.ratio(tool, f"{kind}: by hand", "ns"),
                         self.samples.ratio(tool, f"{kind}: bpftrace", "ns")])
        return [(["tracer", "ns per call", "/ by hand", "/ bpftrace"], rows)]

    def targets(self):
        def ratio(kind, peer):
            return self.samples.ratio(f"{kind}: plumb", f"{kind}: {peer}", "ns")
        beside = [Target(f"{kind}: plumb / by hand", ratio(kind, "by hand"), 1.05, True)
                  for kind in ("pushed", "returned", "passed")]
        return beside + [Target("marked: plumb / bpftrace", ratio("marked", "bpftrace"), 0.2, True)]
