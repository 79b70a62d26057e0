"""Records of 64 bytes from one processor to a reader on another: how many per second without a loss."""
import re

import experiment
import machine
from figures import Target
from processes import Process, Trouble, run_workload

TARGETS = {("table", 500): 5, ("table", 1): 1.5, ("recording", 500): 2, ("json", 500): 0.4}
BPFTRACE = ('tracepoint:syscalls:sys_enter_getpgid /comm == "paced"/ '
            '{ printf("%d %d %llu\\n", pid, tid, nsecs); }')


def calls_of(output):
    found = re.search(r"calls (\d+) seconds ([\d.]+)", output)
    if not found:
        raise Trouble(f"paced printed {output!r}")
    return int(found[1]), float(found[2])


def check_read(said, emitted):
    """The closing line counts in user space what the account counts in the kernel."""
    found = re.search(r"plumb: (\d+) events", said)
    if not found or int(found[1]) != emitted:
        raise Trouble(f"{emitted} emitted, but the closing line says {said[-200:]}")


class Throughput(experiment.Experiment):
    name = "throughput"
    title = "64-byte records of one producing processor, M/s, each one read and accounted"
    seconds = 130
    most_rounds = 3
    steps = 5

    def __init__(self, quick):
        super().__init__(quick)
        self.length = 0.2 if quick else 0.8
        self.method = (f"Workload on CPU {machine.LOAD_CPU}, plumb on CPU {machine.TRACER_CPU}, "
                       f"{self.length} s each. Flat out: the producer never waits, so it may be faster "
                       f"than any reader. Without loss: the highest rate at which a steady producer "
                       f"lost nothing, found in {self.steps} halvings. Table and JSON go to /dev/null, "
                       "the recording into memory. What the ring holds at the end (8 MiB, about 90,000 "
                       "records) is read after the clock has stopped.")

    def tools(self):
        own = [f"{sink}, {per_call} per call" for sink in ("table", "recording", "json")
               for per_call in (500, 1)]
        return experiment.with_peers(["untraced", *own], {"bpftrace, 1 per call": "bpftrace"})

    def measure(self, number, tool):
        if tool == "untraced":
            calls, seconds = calls_of(run_workload(self.paced(0)))
            self.add(number, tool, produced=calls / seconds / 1e6)
        elif tool.startswith("bpftrace"):
            self.measure_bpftrace(number, tool)
        else:
            sink, per_call = tool.split(",")[0], int(tool.split()[1])
            self.measure_plumb(number, tool, sink, per_call)

    def paced(self, calls_per_second):
        return [machine.peer("paced"), str(self.length), str(machine.LOAD_CPU),
                f"{calls_per_second:.0f}"]

    def measure_plumb(self, number, tool, sink, per_call):
        """Flat out first; then halve the interval between a rate that held and one that did not."""
        produced, emitted, lost = self.once(sink, per_call, 0)
        self.add(number, tool, produced=produced, emitted=emitted,
                 lost=100 * (1 - emitted / produced))
        holds, fails = (emitted, None) if not lost else (0, produced)
        asked = TARGETS.get((sink, per_call), produced / 2)
        for _ in range(self.steps if fails else 0):
            _, emitted, lost = self.once(sink, per_call, asked)
            if lost:
                fails = min(asked, fails)
            else:
                holds = max(emitted, holds)
            if fails <= holds:
                break
            asked = (holds + fails) / 2
        self.add(number, tool, lossless=holds)

    def once(self, sink, per_call, rate):
        """One run at rate M/s (0: flat out): M/s produced, M/s emitted, records lost."""
        output = machine.scratch() / "throughput.plumb"
        burst = machine.bpf_object("burst")
        start = {"table": [machine.plumb(), burst, "-o", "/dev/null"],
                 "json": [machine.plumb(), burst, "--json", "-o", "/dev/null"],
                 "recording": [machine.plumb(), "record", burst, "-o", str(output)]}[sink]
        command = [*start, "--records", str(per_call), "--stats", "--",
                   *self.paced(rate * 1e6 / per_call)]
        tracer = Process(command, stdout="pipe", cpu=machine.TRACER_CPU)
        tracer.finish(60)
        output.unlink(missing_ok=True)
        calls, seconds = calls_of(tracer.out.text())
        account = tracer.stats()["tracers"]["burst"]
        lost = sum(account["lost"].values())
        check_read(tracer.err.text(), account["emitted"])
        if account["emitted"] + lost != calls * per_call:
            raise Trouble(f"{calls * per_call} records made, but {account['emitted']} emitted "
                          f"and {lost} lost")
        return calls * per_call / seconds / 1e6, account["emitted"] / seconds / 1e6, lost

    def measure_bpftrace(self, number, tool):
        output = machine.scratch() / "throughput.txt"
        tracer = Process(["bpftrace", "-e", BPFTRACE], stdout=output, cpu=machine.TRACER_CPU)
        tracer.wait_settled()
        calls, seconds = calls_of(run_workload(self.paced(0)))
        tracer.wait_drained()
        tracer.stop()
        with open(output, "rb") as file:
            lines = sum(line.count(b" ") == 2 and line[:1].isdigit() for line in file)
        output.unlink()
        self.add(number, tool, produced=calls / seconds / 1e6, emitted=lines / seconds / 1e6,
                 lost=100 * (1 - lines / calls))

    def tables(self):
        return [(["M records/s", "without loss", "flat out: produced", "emitted", "lost %"],
                 self.rows("lossless", "produced", "emitted", "lost"))]

    def targets(self):
        return [Target(f"{sink}, {per_call} per call: M/s without loss",
                       self.spread(f"{sink}, {per_call} per call", "lossless"), limit)
                for (sink, per_call), limit in TARGETS.items()]
