"""A hook on every system call: what a filter and a group cost beside a program written by hand."""
import re

import experiment
import machine
from figures import Target
from processes import Process, run_workload

REJECT = ["--where", "number == 999", "-o", "/dev/null"]
GROUPS = ["--by", "number,pid", "--show", "hist(since)", "--keys", "16384", "-o", "/dev/null"]


class Calls(experiment.Experiment):
    name = "calls"
    title = "ns per getppid with a hook on every system call"
    method = (f"getppid pinned on CPU {machine.LOAD_CPU}. By hand: bench/peers/reject.bpf.c and "
              "groups.bpf.c, which do the same as plumb with bench/tracers/sysrate.bpf.c.")
    seconds = 110

    def __init__(self, quick):
        super().__init__(quick)
        self.count = self.some(2_000_000)

    def commands(self):
        sysrate, attach = [machine.plumb(), machine.bpf_object("sysrate")], machine.peer("attach")
        return {
            "untraced": None,
            "reject: by hand": [attach, machine.peer("reject.bpf.o")],
            "reject: plumb": [*sysrate, *REJECT],
            "reject: plumb, one field": [*sysrate, *REJECT, "--fields", "number"],
            "reject: bpftrace": ["bpftrace", "-e", "tracepoint:raw_syscalls:sys_enter "
                                 "/args->id == 999/ { printf(\"%d\\n\", pid); }"],
            "groups: by hand": [attach, machine.peer("groups.bpf.o")],
            "groups: plumb": [*sysrate, *GROUPS],
            "groups: bpftrace": ["bpftrace", "-e", "tracepoint:raw_syscalls:sys_enter "
                                 "{ @since[args->id, pid] = hist(nsecs - @last[cpu]); "
                                 "@last[cpu] = nsecs; }"],
            "count by call: syscount": [machine.installed("syscount")],
        }

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
        output = run_workload([machine.workload("getppid"), str(self.count),
                               str(machine.LOAD_CPU)])
        self.add(number, tool, ns=float(re.search(r"([\d.]+) ns per call", output)[1]))
        if tracer:
            tracer.stop()

    def tables(self):
        rows = []
        for tool in self.samples.tools():
            kind = tool.split(":")[0]
            rows.append([tool, self.spread(tool, "ns"), self.samples.ratio(tool, "untraced", "ns"),
                         self.samples.ratio(tool, f"{kind}: by hand", "ns")])
        return [(["tracer", "ns per call", "/ untraced", "/ by hand"], rows)]

    def targets(self):
        return [Target(f"{kind}: plumb / by hand",
                       self.samples.ratio(f"{kind}: plumb", f"{kind}: by hand", "ns"), limit, True)
                for kind, limit in (("reject", 1.15), ("groups", 1.3))]
