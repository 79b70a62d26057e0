# SPDX-License-Identifier: Apache-2.0
"""Static probes (USDT) for programs in Python. docs/own-probes.md begins from nothing.

    import plumb

    fileserver = plumb.Provider("fileserver")
    transfer = fileserver.probe("transfer", str, str, int)

    transfer(address, path, size)

    if transfer.wanted:                      # where arguments have to be computed
        transfer(text_of(peer), path, size)

From `probe()` on, `plumb usdt -p PID` shows the probe and `plumb probe usdt:fileserver:transfer`
listens to it. While nobody does, a call compares a number with zero and comes back. One module, no
dependencies: CPython 3.8 or newer on Linux, x86-64 and aarch64.

Types are int (64 bits, signed), bool, str, bytes, and ctypes' integers and c_void_p. Text ends at
its first NUL; None is no text. The kernel shows tracers no floating point: pass microseconds.

What is made. A compiler leaves a probe in a file, with a note of where it is; kernel and tracers
know probes by their place in a file. So each probe is a small ELF file of its own: its code (a
no-op and a return), the note, and a counter that the kernel raises while somebody listens. It lies
in memory (memfd), needs no folder that can be written, and is mapped by mmap(): dlopen() would take
it for another one that once had the same /proc/self/fd/N. Where memory files may not be executed
(vm.memfd_noexec=2), it is a temporary file that is deleted at once. After a fork the child has
the parent's probes: whoever listens to one file hears all who map it.

What it costs. Each probe keeps two pages, no file descriptor, and stays until the process ends, as
somebody may be listening: at most MOST_PROBES of them; the same one asked for twice is one.

What goes wrong. `probe()` raises Error where this machine allows no probes; a Provider with
optional=True gives one that is never wanted instead, whose `error` says why. A call with the wrong
number of arguments is a TypeError, always. A value that its type cannot hold does not raise: a
program must not fail because somebody looks at it. It arrives as 0 or no text, and `unfit` counts.
"""
import ctypes
import errno
import mmap
import operator
import os
import platform
import re
import struct
import sys
import tempfile
import threading

__all__ = ["Provider", "Probe", "Error", "MOST_PROBES", "MOST_ARGUMENTS"]

MOST_PROBES, MOST_ARGUMENTS = 256, 12


class Error(Exception):
    """No probe can be made: which, why, and what helps."""


def _passed_as(kind, probe):
    """The C type of an argument."""
    known = {int: ctypes.c_int64, bool: ctypes.c_bool, str: ctypes.c_char_p, bytes: ctypes.c_char_p}
    passed = known.get(kind, kind)
    if passed in (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_bool):
        return passed
    if isinstance(passed, type) and issubclass(passed, ctypes._SimpleCData):
        if isinstance(passed().value, int):
            return passed
    raise TypeError(f"{probe}: {kind!r} is no type of an argument: int, bool, str, bytes, "
                    "c_void_p, and ctypes' integers are (the kernel shows no floating point)")


def _size(passed):
    """As a note has it: bytes, negative where the type has a sign."""
    is_signed = passed not in (ctypes.c_char_p, ctypes.c_void_p) and passed(-1).value < 0
    return -ctypes.sizeof(passed) if is_signed else ctypes.sizeof(passed)


def _text(value):
    if value is None or isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "surrogateescape")  # as the names of files have them


def _number(passed):
    def convert(value):
        number = operator.index(value)
        if passed(number).value != number:
            raise OverflowError
        return number
    return convert


def _converter(passed):
    if passed is ctypes.c_char_p:
        return _text
    return _number(ctypes.c_uint64 if passed is ctypes.c_void_p else passed)


# ---- the file

_PAGE = mmap.PAGESIZE  # one for all but the counter, which has the second
_CODE_AT, _BASE_AT, _NOTE_AT = 0x100, 0x110, 0x120
_X86_64, _AARCH64 = 62, 183
_CODE = {_X86_64: b"\x90\xc3", _AARCH64: b"\x1f\x20\x03\xd5\xc0\x03\x5f\xd6"}  # nop, ret
_X86_REGISTERS = {
    8: "%rdi %rsi %rdx %rcx %r8 %r9".split(), 4: "%edi %esi %edx %ecx %r8d %r9d".split(),
    2: "%di %si %dx %cx %r8w %r9w".split(), 1: "%dil %sil %dl %cl %r8b %r9b".split()}


def _machine():
    found = {"x86_64": _X86_64, "aarch64": _AARCH64}.get(platform.machine())
    if not found or sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise Error(f"this is {sys.platform} on {platform.machine()}; probes can be made on Linux for "
                    "64 bits of x86_64 and aarch64. Provider(..., optional=True) goes without them")
    return found


def _place(machine, i, size):
    """Where a function finds its argument i when it begins, as assemblers write it."""
    if machine == _AARCH64:
        return f"x{i}" if i < 8 else f"[sp, {8 * (i - 8)}]"
    return _X86_REGISTERS[abs(size)][i] if i < 6 else f"{8 * (i - 5)}(%rsp)"


def _note(machine, provider, name, sizes):
    places = " ".join(f"{size}@{_place(machine, i, size)}" for i, size in enumerate(sizes))
    content = struct.pack("<QQQ", _CODE_AT, _BASE_AT, _PAGE)
    content += b"".join(text.encode() + b"\0" for text in (provider, name, places))
    note = struct.pack("<III8s", 8, len(content), 3, b"stapsdt") + content
    return note + bytes(-len(note) % 4)


def _elf(machine, provider, name, sizes):
    code, note = _CODE[machine], _note(machine, provider, name, sizes)
    names = b"\0.text\0.stapsdt.base\0.note.stapsdt\0.probes\0.shstrtab\0"
    names_at = _NOTE_AT + len(note)
    headers_at = (names_at + len(names) + 7) & ~7

    def section(called, kind, flags, at, size, align):
        return struct.pack("<IIQQQQIIQQ", names.index(called), kind, flags, at if flags else 0, at,
                           size, 0, 0, align, 0)

    def segment(flags, at, size):
        return struct.pack("<IIQQQQQQ", 1, flags, at, at, at, size, size, _PAGE)

    sections = [bytes(64), section(b".text", 1, 6, _CODE_AT, len(code), 16),
                section(b".stapsdt.base", 1, 2, _BASE_AT, 1, 1),
                section(b".note.stapsdt", 7, 0, _NOTE_AT, len(note), 4),
                section(b".probes", 1, 3, _PAGE, 2, 2),
                section(b".shstrtab", 3, 0, names_at, len(names), 1)]
    segments = segment(5, 0, headers_at) + segment(6, _PAGE, 2)
    file = bytearray(2 * _PAGE)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 3, machine, 1, 0, 64, headers_at, 0,
                         64, 56, 2, 64, len(sections), len(sections) - 1)
    for at, part in ((0, header + segments), (_CODE_AT, code), (_NOTE_AT, note), (names_at, names),
                     (headers_at, b"".join(sections))):
        file[at:at + len(part)] = part
    return bytes(file)


# ---- where it lies

_MFD_CLOEXEC, _MFD_ALLOW_SEALING, _MFD_EXEC, _MAP_FIXED = 1, 2, 0x10, 0x10
_F_ADD_SEALS, _ALL_SEALS = 1033, 0xf


def _map(fd):
    """Maps both pages, the second one to be written, and returns where."""
    c = ctypes.CDLL(None, use_errno=True)
    c.mmap.restype = ctypes.c_void_p
    c.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                       ctypes.c_int64)

    def at(address, size, rights, flags, offset):
        flags |= mmap.MAP_PRIVATE  # the kernel puts no probe into a shared mapping
        found = c.mmap(address, size, mmap.PROT_READ | rights, flags, fd, offset)
        if found == ctypes.c_void_p(-1).value:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return found

    begin = at(None, 2 * _PAGE, mmap.PROT_EXEC, 0, 0)
    at(begin + _PAGE, _PAGE, mmap.PROT_WRITE, _MAP_FIXED, _PAGE)
    return begin


def _fill_and_map(fd, content, is_memory):
    try:
        if os.write(fd, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # a page beyond its end would kill
        if is_memory:
            import fcntl  # not above: optional probes are imported where there is none, too
            fcntl.fcntl(fd, _F_ADD_SEALS, _ALL_SEALS)
        return _map(fd)
    finally:
        os.close(fd)


def _in_memory(provider, content):
    # What precedes the slash is of the kernel's naming; the rest is what tracers look for.
    name, flags = f"plumb/{provider}.so", _MFD_CLOEXEC | _MFD_ALLOW_SEALING
    try:
        fd = os.memfd_create(name, flags | _MFD_EXEC)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        fd = os.memfd_create(name, flags)  # before Linux 6.3, which lets all be executed
    return _fill_and_map(fd, content, True)


def _in_folder(provider, content):
    with tempfile.TemporaryDirectory(prefix="plumb-") as folder:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return _fill_and_map(os.open(f"{folder}/{provider}.so", flags, 0o600), content, False)


def _load(provider, content):
    failed = []
    for where, load in (("in memory", _in_memory), (tempfile.gettempdir(), _in_folder)):
        try:
            return load(provider, content)
        except (OSError, AttributeError) as error:  # without memfd_create: C libraries before 2018
            failed.append(f"{where}: {getattr(error, 'strerror', None) or error}")
    raise Error(f"no file can be mapped to be executed ({'; '.join(failed)}). Allow it in memory "
                "(sysctl vm.memfd_noexec=1), or let TMPDIR be a folder that is not mounted noexec")


# ---- what programs see

class Probe(ctypes.Structure):
    """Call it with its arguments. `wanted` is how many listen, where it is announced: 0 is nobody."""

    # A field is read three times as fast as a property, and this is what programs ask all the time.
    _fields_ = [("wanted", ctypes.c_uint16)]

    def _become(self, label, kinds, error=None, reach=None):
        self.label, self.kinds, self.error, self.unfit = label, kinds, error, 0
        self._count, self._reach = len(kinds), reach
        self._convert = [_converter(_passed_as(kind, label)) for kind in kinds]
        return self

    def __call__(self, *values):
        if len(values) != self._count:
            raise TypeError(f"{self.label} takes {self._count} arguments, not {len(values)}")
        if self.wanted:
            self._reach(*map(self._fit, self._convert, values))

    def _fit(self, convert, value):
        try:
            return convert(value)
        except Exception:  # whatever a value's own __str__ or __index__ raises
            self.unfit += 1
            return None if convert is _text else 0


def _make(provider, name, label, kinds):
    passed = [_passed_as(kind, label) for kind in kinds]
    begin = _load(provider, _elf(_machine(), provider, name, [_size(each) for each in passed]))
    # PYFUNCTYPE keeps the interpreter's lock: nobody else's turn comes because of a probe.
    reach = ctypes.PYFUNCTYPE(None, *passed)(begin + _CODE_AT)
    return Probe.from_address(begin + _PAGE)._become(label, kinds, reach=reach)


_lock = threading.Lock()
_probes = {}  # label -> Probe; none goes before the process


def _checked(name):
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", name):
        raise ValueError(f"{name!r}: a provider or probe is named with up to 63 letters, digits and _")
    return name


class Provider:
    """Who announces: names a program's or library's probes."""

    def __init__(self, name, optional=False):
        self.name, self.optional = _checked(name), optional

    def probe(self, name, *kinds):
        """Makes the probe `name`, whose arguments have these types."""
        label = f"{self.name}:{_checked(name)}"
        if len(kinds) > MOST_ARGUMENTS:
            raise TypeError(f"{label}: {len(kinds)} arguments; a probe has at most {MOST_ARGUMENTS}")
        with _lock:
            probe = _probes.get(label) or self._made(label, name, kinds)
        if probe.kinds != kinds:
            raise Error(f"{label}: it exists with other types: {probe.kinds}. Name one of them differently")
        return probe

    def _made(self, label, name, kinds):
        try:
            if len(_probes) == MOST_PROBES:
                raise Error(f"this process has {MOST_PROBES} probes already, and no more are made. "
                            "Tell cases apart by an argument rather than by a probe for each")
            probe = _make(self.name, name, label, kinds)
        except Error as error:
            if not self.optional:
                raise Error(f"{label}: {error}") from None
            return Probe()._become(label, kinds, error=str(error))
        _probes[label] = probe
        return probe
