"""What every experiment is: tools that take turns, and a report."""
import collections
import sys
import time

import figures
import machine
import processes


class Experiment:
    """A subclass names its tools, measures one of them once, and says what to print."""
    name = title = method = ""
    seconds = 60  # no new round begins after this
    most_rounds = 99

    def __init__(self, quick):
        self.quick = quick
        self.samples = figures.Samples()
        self.done = 0
        self.dropped = {}

    def some(self, count):
        """A count of this run: the quick one is a fifth, to see that all works."""
        return max(1, count // 5) if self.quick else count

    def tools(self):
        raise NotImplementedError

    def measure(self, number, tool):
        raise NotImplementedError

    def tables(self):
        """(header, rows) of each table."""
        raise NotImplementedError

    def targets(self):
        return []

    def add(self, number, tool, **values):
        for what, value in values.items():
            self.samples.add(number, tool, what, value)

    def spread(self, tool, what):
        return self.samples.spread(tool, what)

    def run(self, rounds, deadline):
        began = time.monotonic()
        failures = collections.Counter()
        for number in range(min(rounds, self.most_rounds)):
            now = time.monotonic()
            if number and (now - began > self.seconds or now > deadline):
                break
            tools = [tool for tool in self.tools() if tool not in self.dropped]
            if not tools:
                break
            turn = number % len(tools)  # nobody is always the first
            for tool in tools[turn:] + tools[:turn]:
                progress(f"{self.name}: round {number + 1}: {tool}")
                try:
                    self.measure(number, tool)
                except processes.Trouble as trouble:
                    processes.kill_all()
                    failures[tool] += 1
                    self.samples.troubles[tool, " ".join(str(trouble).split())] += 1
                    if failures[tool] == 2:
                        self.dropped[tool] = "failed twice"
            self.done = number + 1
        progress("")

    def report(self):
        print(f"\n{self.name}: {self.title}\n  {self.method} ({self.done} round{'s'[self.done == 1:]})")
        for header, rows in self.tables():
            print()
            print(figures.table(header, rows))
        if self.targets():
            print()
        for target in self.targets():
            print(target)
        for (tool, trouble), times in self.samples.troubles.items():
            print(f"  trouble {tool}, {times} times: {trouble}")

    def rows(self, *whats):
        return [[tool, *(self.spread(tool, what) for what in whats)]
                for tool in self.samples.tools()]

    def as_data(self):
        return {"name": self.name, "title": self.title, "method": self.method, "rounds": self.done,
                "samples": self.samples.as_data(),
                "targets": [target.as_data() for target in self.targets()],
                "troubles": [f"{tool}: {text}" for tool, text in self.samples.troubles]}


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def with_peers(own, peers):
    """The tools in turn, without the peers that are not installed."""
    return [*own, *(tool for tool, program in peers.items() if machine.installed(program))]
