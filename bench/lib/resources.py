"""What a tracer takes before the first event: time to start, and memory."""
import pathlib
import re

import experiment
import machine
from figures import Target
from processes import Process

RINGS = {"4", "27"}  # perf event array, ring buffer
BPFTRACE = 'BEGIN { printf("ready\\n"); } tracepoint:sched:sched_process_exec { printf("%d\\n", pid); }'
FORKS = """
import os, sys, time
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
print("forked", flush=True)
time.sleep(60)
"""


def kernel_bytes(process):
    """(maps besides rings, rings, programs): what the kernel says of each that the process holds."""
    plain, rings, programs = {}, {}, {}
    for name, target in process.descriptors():
        if "bpf-map" not in target and "bpf-prog" not in target:
            continue
        info = pathlib.Path(f"/proc/{process.pid}/fdinfo/{name}").read_text()
        fields = dict(re.findall(r"^(\w+):\s*(\S+)", info, re.MULTILINE))
        if "prog_id" in fields:
            programs[fields["prog_id"]] = int(fields["memlock"])
        elif fields["map_type"] in RINGS:
            rings[fields["map_id"]] = int(fields["memlock"])
        else:
            plain[fields["map_id"]] = int(fields["memlock"])
    return tuple(sum(kind.values()) for kind in (plain, rings, programs))


class Start(experiment.Experiment):
    name = "start"
    title = "from its exec to ready; memory when ready"
    method = ("Ready: plumb's \"plumb: ready\", bpftrace's BEGIN, execsnoop's heading. Maps: memlock "
              "in the fdinfo of every one held; perf buffers are not in it. The first round of a tool "
              "may read it from disk.")
    seconds = 60
    live = 1000
    own = {"plumb exec": ["exec", "-o", "/dev/null"],
           "plumb exec,fork,exit": ["exec,fork,exit", "-o", "/dev/null"]}

    def tools(self):
        return experiment.with_peers([*self.own, "plumb, live processes"],
                                     {"bpftrace": "bpftrace", "execsnoop.bt": "execsnoop.bt",
                                      "execsnoop": "execsnoop"})

    def measure(self, number, tool):
        if tool == "plumb, live processes":
            self.measure_live(number, tool)
            return
        if tool in self.own:
            tracer = Process([machine.plumb(), *self.own[tool]])
            seconds = tracer.wait_ready(tracer.err, b"plumb: ready")
        else:
            command, ready = {
                "bpftrace": (["bpftrace", "-B", "line", "-e", BPFTRACE], b"ready\n"),
                "execsnoop.bt": (["bpftrace", "-B", "line", machine.installed("execsnoop.bt")],
                                 b"ARGS"),
                "execsnoop": (["stdbuf", "-oL", machine.installed("execsnoop")], b"ARGS")}[tool]
            tracer = Process(command, stdout="pipe")
            seconds = tracer.wait_ready(tracer.out, ready)
        peak, resident = tracer.memory_kib()
        plain, rings, programs = kernel_bytes(tracer)
        self.add(number, tool, ready=1000 * seconds, peak=peak / 1024, resident=resident / 1024,
                 maps=plain / 2**20, rings=rings / 2**20, programs=programs / 2**20,
                 besides=(plain + programs) / 2**20)
        tracer.stop()

    def measure_live(self, number, tool):
        """A command with many live children, against the same with one."""
        used = {}
        for count in (1, 1 + self.live):
            tracer = Process([machine.plumb(), "exec,fork,exit", "-o", "/dev/null", "--",
                              "python3", "-c", FORKS, str(count)], stdout="pipe")
            tracer.wait_ready(tracer.out, b"forked", 30)
            used[count] = kernel_bytes(tracer)[0]
            tracer.kill()
        self.add(number, tool, per_process=(used[1 + self.live] - used[1]) / self.live)

    def tables(self):
        whats = ("ready", "resident", "peak", "maps", "programs", "rings", "per_process")
        return [(["tracer", "ready ms", "resident MiB", "peak MiB", "maps MiB",
                  "programs MiB", "rings MiB", "bytes/live process"], self.rows(*whats))]

    def targets(self):
        tool = "plumb exec"
        return [Target(f"{tool}: ms to ready", self.spread(tool, "ready"), 100, True, True),
                Target(f"{tool}: resident MiB", self.spread(tool, "resident"), 16, True, True),
                Target(f"{tool}: MiB of maps and programs besides rings",
                       self.spread(tool, "besides"), 2, True, True),
                Target("plumb exec,fork,exit: bytes of maps per live process",
                       self.spread("plumb, live processes", "per_process"), 1024, True, True)]
