"""Numbers of several rounds: how they are kept, summed up, judged and printed."""
import collections
import dataclasses
import statistics


def rounded(value):
    magnitude = abs(value)
    if magnitude >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if magnitude < 100 else f"{value:.0f}"


@dataclasses.dataclass
class Spread:
    """The middle and the ends of one number over the rounds."""
    values: list

    @property
    def median(self):
        return statistics.median(self.values)

    def __str__(self):
        if len(self.values) == 1 or min(self.values) == max(self.values):
            return rounded(self.median)
        return f"{rounded(self.median)} [{rounded(min(self.values))}..{rounded(max(self.values))}]"


class Samples:
    """Values by (who, what), one per round: the same round of two tools can be divided."""

    def __init__(self):
        self.rounds = collections.defaultdict(dict)
        self.troubles = collections.Counter()

    def add(self, number, who, what, value):
        self.rounds[who, what][number] = value

    def spread(self, who, what):
        values = list(self.rounds.get((who, what), {}).values())
        return Spread(values) if values else None

    def ratio(self, who, reference, what):
        """Round by round, so that what slows the whole machine slows both."""
        mine, other = self.rounds.get((who, what), {}), self.rounds.get((reference, what), {})
        values = [mine[n] / other[n] for n in mine if other.get(n)]
        return Spread(values) if values else None

    def tools(self):
        return list(dict.fromkeys(who for who, _ in self.rounds))

    def as_data(self):
        return [{"who": who, "what": what, "rounds": values}
                for (who, what), values in self.rounds.items()]


@dataclasses.dataclass
class Target:
    """What the issue asks for, and whether it was reached."""
    text: str
    spread: Spread
    limit: float
    most: bool = False  # the limit is an upper one
    strict: bool = False  # "<" or ">", and not "or equal"

    def _holds(self, value):
        if value == self.limit:
            return not self.strict
        return value < self.limit if self.most else value > self.limit

    def verdict(self):
        if not self.spread:
            return "not measured"
        held = sum(self._holds(value) for value in self.spread.values)
        rounds = f"{held} of {len(self.spread.values)} rounds"
        return f"reached ({rounds})" if self._holds(self.spread.median) else f"MISSED ({rounds})"

    def __str__(self):
        sign = {(False, False): "≥", (False, True): ">", (True, False): "≤", (True, True): "<"}
        return (f"  target  {self.text} {sign[self.most, self.strict]} {rounded(self.limit)}: "
                f"{self.spread or '-'}  {self.verdict()}")

    def as_data(self):
        return {"target": self.text, "limit": self.limit, "upper": self.most,
                "rounds": self.spread.values if self.spread else [], "verdict": self.verdict()}


def table(header, rows):
    """Text in columns; the first to the left, the others to the right."""
    rows = [[str(cell) if cell is not None else "-" for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)
