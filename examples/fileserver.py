#!/usr/bin/env python3
"""fileserver.py PORT FOLDER: serves the files of a folder over HTTP, to this machine alone.

Its probes tell what it does while somebody listens (docs/own-probes.md):
  fileserver:request   path                                what is asked for
  fileserver:transfer  address, path, bytes, microseconds  what was sent, to whom, how long it took
"""
import functools
import http.server
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import plumb  # noqa: E402 (it lies beside this repository's examples, and is not installed)

fileserver = plumb.Provider("fileserver", optional=True)
request = fileserver.probe("request", str)
transfer = fileserver.probe("transfer", str, str, int, int)


class Handler(http.server.SimpleHTTPRequestHandler):
    def send_head(self):
        request(self.path)
        return super().send_head()

    def copyfile(self, source, outputfile):
        # One that began before anybody listened has no begin, and is not announced.
        began = time.monotonic_ns() if transfer.wanted else 0
        super().copyfile(source, outputfile)
        if began:
            took = (time.monotonic_ns() - began) // 1000
            transfer(self.client_address[0], self.path, source.tell(), took)

    def log_message(self, *words):
        pass


def main():
    if len(sys.argv) != 3 or not os.path.isdir(sys.argv[2]):
        sys.exit("fileserver.py: PORT and a FOLDER are needed")
    if transfer.error:
        print(f"fileserver.py: goes without probes: {transfer.error}", file=sys.stderr)
    handler = functools.partial(Handler, directory=sys.argv[2])
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()


main()
