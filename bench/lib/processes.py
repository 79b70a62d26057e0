"""Processes under measurement: each leads a session of its own and none outlives the bench."""
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

TICK_S = 0.002
_running = set()


class Trouble(Exception):
    """Something did not run; the experiment says so and goes on without that number."""


class Capture:
    """Reads a pipe to its end in a thread and keeps what came."""

    def __init__(self, pipe):
        self.data = b""
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self.ended = False
        self._thread.start()

    def _read(self, pipe):
        while chunk := os.read(pipe.fileno(), 65536):
            with self._changed:
                self.data += chunk
                self._changed.notify_all()
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def wait_for(self, text, seconds):
        """True when text has come; the time is the caller's to take, right after."""
        with self._changed:
            self._changed.wait_for(lambda: text in self.data or self.ended, seconds)
            return text in self.data

    def text(self):
        self._thread.join(2)
        return self.data.decode(errors="replace")


class Process:
    """One started command. stdout: a path, "pipe" (captured), "raw" (the caller reads) or None."""

    def __init__(self, command, stdout=None, cpu=None, nice=0):
        prefix = ["taskset", "-c", str(cpu)] if cpu is not None else []
        prefix += ["nice", "-n", str(nice)] if nice else []
        self.name = os.path.basename(command[0])
        target = subprocess.PIPE if stdout in ("pipe", "raw") else subprocess.DEVNULL
        if isinstance(stdout, (str, pathlib.Path)) and stdout not in ("pipe", "raw"):
            target = open(stdout, "wb")
        self.started = time.monotonic()
        try:
            self.popen = subprocess.Popen(prefix + command, stdin=subprocess.DEVNULL, stdout=target,
                                          stderr=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            raise Trouble(f"{command[0]}: {error.strerror}") from error
        finally:
            if hasattr(target, "close"):
                target.close()
        _running.add(self)
        self.pid = self.popen.pid
        self.err = Capture(self.popen.stderr)
        self.out = Capture(self.popen.stdout) if stdout == "pipe" else None

    def alive(self):
        """Leaves a dead one for finish(), which wants to know what it used."""
        if self.popen.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def cpu_ns(self):
        """Time on a processor so far, of every live thread: finer than the ticks of /proc/PID/stat."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except (OSError, IndexError):
                continue
        return total

    def memory_kib(self):
        """(peak, now) resident."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return tuple(int(fields[name].split()[0]) for name in ("VmHWM", "VmRSS"))

    def descriptors(self):
        links = []
        for entry in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                links.append((entry.name, os.readlink(entry)))
            except OSError:
                continue
        return links

    def wait_settled(self, kinds=("bpf_link", "[perf_event]"), still=0.25, seconds=15):
        """Attached: it holds links or perf events and has not opened anything for a while."""
        before, since, end = None, time.monotonic(), time.monotonic() + seconds
        while time.monotonic() < end:
            self._must_live()
            links = self.descriptors()
            attached = any(kind in target for _, target in links for kind in kinds)
            if len(links) != before or not attached:
                before, since = len(links), time.monotonic()
            elif time.monotonic() - since > still:
                return
            time.sleep(0.02)
        raise Trouble(f"{self.name} did not attach within {seconds} s")

    def wait_ready(self, capture, text, seconds=20):
        """Seconds from the start to this text."""
        if not capture.wait_for(text, seconds):
            raise Trouble(f"{self.name} did not say {text.decode()!r}: {self.err.text()[-300:]}")
        return time.monotonic() - self.started

    def _must_live(self):
        if not self.alive():
            raise Trouble(f"{self.name} ended with {self.popen.returncode}: {self.err.text()[-300:]}")

    def wait_drained(self, seconds=6):
        """Until it no longer computes: under 1 % of a processor during 0.15 s."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.alive():
            before = self.cpu_ns()
            time.sleep(0.15)
            if self.alive() and self.cpu_ns() - before < 1_500_000:
                return

    def finish(self, seconds=30):
        """Waits for its end; its whole CPU time in seconds, with the children it waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done, status, usage = os.wait4(self.pid, os.WNOHANG)
            if done:
                self.popen.returncode = os.waitstatus_to_exitcode(status)
                _running.discard(self)
                _kill_group(self.pid)  # what it may have left behind
                return usage.ru_utime + usage.ru_stime
            time.sleep(TICK_S)
        self.kill()
        raise Trouble(f"{self.name} did not end within {seconds} s")

    def stop(self, seconds=15):
        """The polite end: an interrupt, so that it prints what it has."""
        if self.alive():
            os.kill(self.pid, signal.SIGINT)
        return self.finish(seconds)

    def kill(self):
        _kill_group(self.pid)
        if self.popen.returncode is None:
            self.popen.wait()
        _running.discard(self)

    def stats(self):
        """plumb's account, from --stats."""
        for line in reversed(self.err.text().splitlines()):
            if line.startswith('{"event":"plumb.stats"'):
                return json.loads(line)
        raise Trouble(f"no account from {self.name}: {self.err.text()[-300:]}")


def _kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def kill_all():
    for process in list(_running):
        process.kill()


def run_workload(command, cpu=None, seconds=60):
    """Runs it to its end and returns what it printed."""
    process = Process(command, stdout="pipe", cpu=cpu)
    process.finish(seconds)
    if process.popen.returncode:
        raise Trouble(f"{process.name} failed: {process.err.text()[-300:]}")
    return process.out.text()
