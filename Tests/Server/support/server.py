"""The server under test: a real process on a free port with a data directory of its own."""

import os
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("APUS_BINARY", ROOT / ".build" / "release" / "apus"))
START_SECONDS = 20
STOP_SECONDS = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(**extra):
    """The environment without anything that would configure the server or an SDK."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("APUS_", "AWS_"))}
    return kept | extra


class Server:
    """Starts, stops, kills and restarts `apus serve` on one data directory and one port."""

    def __init__(self, directory, *options, environment=None):
        self.directory = Path(directory)
        self.data = self.directory / "data"
        self.log_path = self.directory / "server.log"
        # One run of the suite may try every test with other options, such as a tiny memory budget.
        self.options = [*shlex.split(os.environ.get("APUS_TEST_OPTIONS", "")), *options]
        self.environment = environment or {}
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def command(self, *options):
        return [str(BINARY), "serve", "--bind", "127.0.0.1", "--port", str(self.port),
                "--data", str(self.data), *self.options, *options]

    def launch(self, *options):
        """Starts the process and does not wait for it."""
        assert self.process is None, "already running"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(*options), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=clean_environment(**self.environment))

    def start(self, *options):
        self.launch(*options)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                status, self.process = self.process.returncode, None
                raise RuntimeError(f"the server exited with {status}:\n{self.log}")
            try:
                if requests.get(self.url + "/health", timeout=2).status_code == 200:
                    return self
            except requests.ConnectionError:
                time.sleep(0.01)
        raise RuntimeError(f"the server did not become healthy:\n{self.log}")

    def stop(self):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.dispose()

    def kill(self):
        """SIGKILL, as a crash would."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self, *options):
        assert self.stop() == 0, self.log
        return self.start(*options)

    def crash(self, *options):
        self.kill()
        return self.start(*options)

    def dispose(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None
