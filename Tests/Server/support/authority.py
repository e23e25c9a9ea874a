"""Certificates for HTTPS subscribers, made with the openssl command."""

import subprocess


class Authority:
    """A certificate authority made for the test, and certificates it signed."""

    def __init__(self, directory):
        self.directory = directory
        self.bundle = directory / "authority.pem"
        self.key = directory / "authority.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                "2", "-subj", "/CN=authority of the test", "-keyout", self.key, "-out", self.bundle)

    def certificate(self, name, alternatives):
        """The path of key and certificate for the names, such as "IP:127.0.0.1"."""
        key, request, signed = (self.directory / f"{name}.{kind}" for kind in ("key", "csr", "crt"))
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternatives}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.bundle, "-CAkey", self.key, "-CAcreateserial",
                "-days", "2", "-extfile", extensions, "-out", signed)
        both = self.directory / f"{name}.pem"
        both.write_text(key.read_text() + signed.read_text())
        return both


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
