"""Where this runs, and with what: the build, the peers that are installed, the machine."""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRACER_CPU, LOAD_CPU = 0, 1
PACKAGES = {"bpftrace": "bpftrace", "execsnoop.bt": "bpftrace", "execsnoop": "libbpf-tools",
            "syscount": "libbpf-tools", "runqlat": "libbpf-tools", "cpudist": "libbpf-tools",
            "perf": "linux-perf", "strace": "strace"}

build = ROOT / "build"


def plumb():
    return str(build / "src/plumb")


def workload(name):
    return str(build / "workloads" / name)


def peer(name):
    return str(build / "peers" / name)


def bpf_object(name):
    return str(build / "bpf" / f"{name}.bpf.o")


@functools.cache
def scratch():
    """A folder in memory: what is measured is tracers, not disks."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return pathlib.Path(tempfile.mkdtemp(prefix="plumb-bench-", dir=base))


def remove_scratch():
    shutil.rmtree(scratch(), ignore_errors=True)


@functools.cache
def installed(name):
    """The peer's path, or None. A script of the same name in a user's path would not be it."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")


def install_peers():
    """What of them can be had; what cannot is left out and said."""
    packages = sorted(set(missing_peers().values()))
    if packages and shutil.which("apt-get"):
        print(f"installing {' '.join(packages)}", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        for package in packages:  # one that is not there must not take the others with it
            subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))


def missing_peers():
    return {name: package for name, package in PACKAGES.items() if not installed(name)}


def _first_line(command):
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    return ((run.stdout + run.stderr).splitlines() or ["?"])[0]


def describe():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return {"cpu": cpu[1] if cpu else os.uname().machine, "cpus": os.cpu_count(),
            "memory_MiB": int(memory[1]) // 1024, "kernel": os.uname().release,
            "load_at_start": os.getloadavg()[0],
            "commit": _first_line(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]),
            "peers": {name: _first_line([installed(name), "--version"])
                      for name in ("bpftrace", "perf", "strace") if installed(name)}}


def build_everything():
    """Like ./run does it, plus what only the bench needs."""
    script = ('here=$1; . "$here/scripts/prepare.bash"; prepare_machine build; configure; '
              'ninja -C "$here/build" plumb workloads bench_tracers bench_peers '
              '>"$here/build.log" 2>&1 || fail_build')
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script, "-", str(ROOT)],
                          check=False).returncode == 0
