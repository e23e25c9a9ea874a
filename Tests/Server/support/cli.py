"""The AWS CLI against one endpoint."""

import json
import subprocess

from support.server import ROOT, clean_environment

AWS = ROOT / ".venv" / "bin" / "aws"


class CLI:
    """`aws SERVICE …`."""

    def __init__(self, url, service="sqs"):
        self.url = url
        self.service = service

    def run(self, *words):
        environment = clean_environment(
            AWS_ACCESS_KEY_ID="000000000000", AWS_SECRET_ACCESS_KEY="secret", AWS_DEFAULT_REGION="us-east-1",
            AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_PAGER="",
            AWS_MAX_ATTEMPTS="1")
        return subprocess.run([str(AWS), "--endpoint-url", self.url, self.service, *words], text=True,
                              capture_output=True, timeout=60, env=environment, stdin=subprocess.DEVNULL)

    def __call__(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def refused(self, *words):
        done = self.run(*words)
        assert done.returncode != 0
        return done.stderr
