"""stack_truth.py PLUMB [PYTHON...]: what plumb tells of functions of Python beside what frames.py finds itself.

A line per interpreter: its name, how many stacks were equal of how many, how many frames those have; then up to three that
differ. Exit status: 0 where all are equal.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))


def told_by(plumb, python, truth):
    command = [plumb, "open", "--stack=user", "--json", "--where", 'path startswith "/mark/"', "--fields", "path,stack",
               "--", *python.split(), os.path.join(HERE, "frames.py"), truth]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    lost = sum(event["count"] for event in events if event["event"] == "plumb.lost")
    return {event["path"]: event for event in events if "path" in event}, lost, done.stderr


def functions(event):
    return [[f["function"], f["file"], f["line"]] for f in event["stack"] if f["kind"] == "python"]


def shown(frames):
    return " < ".join("%s:%s:%s" % (name, os.path.basename(file or "?"), line) for name, file, line in frames[:12])


def compare(plumb, python):
    with tempfile.NamedTemporaryFile() as truth:
        told, lost, said = told_by(plumb, python, truth.name)
        expected = dict(json.loads(line) for line in open(truth.name))
    wrong, frames = [], 0
    missed = [path for path in expected if path not in told]
    if len(missed) <= lost:  # as plumb says itself
        expected = {path: of for path, of in expected.items() if path in told}
    for path, of in expected.items():
        event = told.get(path)
        found = functions(event)[1:] if event else None
        frames += len(of)
        if found != of or event["stack_end"] != "complete":
            wrong.append("  %s %s\n    Python: %s\n    plumb:  %s" % (
                path, event and event["stack_end"], shown(of), found and shown(found)))
    sub = told.get("/mark/sub")
    if sub:
        names = [name for name, _, _ in functions(sub)]
        if names[:2] != ["inner", "<module>"] or names[2:] != ["sub_interpreter", "main", "<module>"]:
            wrong.append("  of two interpreters: %s" % names)
    equal = len(expected) - len(wrong)
    print("%s: %d of %d stacks equal, %d frames%s" % (python, equal, len(expected), frames, ", a sub-interpreter" if sub else ""))
    print("\n".join(wrong[:3] + ([said] if not expected else [])), end="\n" if wrong else "")
    return not wrong and bool(expected)


sys.exit(0 if all([compare(sys.argv[1], python) for python in sys.argv[2:]]) else 1)
