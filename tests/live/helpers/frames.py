"""frames.py TRUTH: opens /mark/N at many places, and writes to TRUTH which functions led to each, as Python itself tells it.

Runs on every CPython since 3.7. A line of TRUTH is JSON: [path, [[name, file, line], ...]], innermost first, without
mark() itself.
"""
import asyncio
import contextlib
import functools
import json
import os
import re
import sys
import threading
import time

# What a thread meets in its first milliseconds in a file is another test's matter.
for name in ("ctypes", "_interpreters", "_xxsubinterpreters"):
    with contextlib.suppress(ImportError):
        globals()[name.lstrip("_")] = __import__(name)

truth = open(sys.argv[1], "w")
lock = threading.Lock()
count = 0


def frames_from(frame):
    while frame:
        code = frame.f_code
        yield [getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno]
        frame = frame.f_back


def mark(*_):
    global count
    with lock:
        count += 1
        path = "/mark/%d" % count
    frames = list(frames_from(sys._getframe(1)))
    try:
        os.open(path, 0)
    except OSError:
        pass
    with lock:
        truth.write(json.dumps([path, frames]) + "\n")


def deep(n):
    if n:
        deep(n - 1)
    else:
        mark()


class Größe:
    def methode(self, k=0):
        mark()
        return k

    @property
    def 属性(self):
        return [mark() for _ in range(2)]

    @staticmethod
    def fixed():
        return (lambda: mark())()

    @classmethod
    def of_class(cls):
        mark(
            1,
            2,
        )

    def __enter__(self):
        mark()

    def __exit__(self, *_):
        mark()

    def __lt__(self, other):
        mark()
        return False

    def __del__(self):
        mark()


def generates():
    yield 1
    mark()
    yield from (mark() or i for i in range(2))


@contextlib.contextmanager
def managed():
    mark()
    yield
    mark()


def wrapped(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


@wrapped
@functools.lru_cache(None)
def cached(n):
    mark()
    return n


async def waits(n):
    if n:
        await waits(n - 1)
    mark()
    await asyncio.sleep(0)
    mark()


async def gathers():
    await asyncio.gather(*(waits(n) for n in range(3)))


def native():
    sorted([Größe(), Größe()])
    sorted([3, 1], key=Größe().methode)
    re.sub("a", mark, "banana")
    list(map(functools.partial(mark, 1), range(2)))
    if "ctypes" in globals():
        ctypes.CFUNCTYPE(ctypes.c_int)(lambda: mark() or 0)()


def fails():
    try:
        raise KeyError
    except KeyError:
        mark()
    finally:
        mark()


def in_threads(size):
    begin = threading.Barrier(size)

    def work(n):
        begin.wait()
        for _ in range(3):
            deep(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(size)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def sub_interpreter():
    of = globals().get("interpreters") or globals().get("xxsubinterpreters")
    if of:
        own = of.create()
        script = "import os\ndef inner():\n  try: os.open('/mark/sub', 0)\n  except OSError: pass\ninner()"
        getattr(of, "exec", getattr(of, "run_string", None))(own, script)
        of.destroy(own)


def main():
    deep(0)
    deep(200)
    for _ in generates():
        pass
    it = Größe()
    it.methode(), it.属性, it.fixed(), it.of_class()
    with it, managed():
        mark()
    del it
    cached(1)
    native()
    fails()
    exec(compile("\n" * 300 + "def far():\n" + "\n" * 200 + "    mark()\nfar()", "/no/such/<file> é", "exec"))
    exec("mark()\n" + "x = 1\n" * 1000 + "mark()")
    asyncio.new_event_loop().run_until_complete(gathers())
    in_threads(int(os.environ.get("THREADS", 24)))
    if os.fork() == 0:
        global count
        count = 100000
        deep(3)
        truth.flush()
        os._exit(0)
    os.wait()
    sub_interpreter()


truth.flush()
time.sleep(0.3)
main()
