"""Data directories kept as fixtures, and changes to their files that keep checksums right."""

import hashlib
import json
import struct
import subprocess
import tarfile

from support.server import BINARY, ROOT, clean_environment

FIXTURES = ROOT / "Tests" / "Server" / "fixtures"
HEADER_BYTES = 24
_TABLE = []


def crc32c(data):
    """Castagnoli's, as protocol-docs/journal-format.md has it."""
    if not _TABLE:
        for byte in range(256):
            for _ in range(8):
                byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
            _TABLE.append(byte)
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def unpack(name, directory):
    """The data directory of a fixture, and what it has to hold."""
    with tarfile.open(FIXTURES / f"{name}.tar.xz") as archive:
        archive.extractall(directory)
    return directory / "data", json.loads((FIXTURES / f"{name}.json").read_text())


def fingerprint(directory):
    """Names and contents of the files, to tell whether anything was changed."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(directory.iterdir()) if path.is_file()}


def flip(path, offset, mask=0x10):
    """Flips bits of one byte; a negative offset counts from the end."""
    data = bytearray(path.read_bytes())
    data[offset] ^= mask
    path.write_bytes(data)


def seal(record, payload):
    """The record with another payload and the right checksum."""
    rest = struct.pack("<I", len(payload)) + record[8:HEADER_BYTES] + payload
    return struct.pack("<I", crc32c(rest)) + rest + bytes(-len(payload) % 8)


def patch_first_record(path, offset, value, more=b""):
    """Changes bytes of the payload of a file's first record, or adds some to it."""
    data = path.read_bytes()
    count, = struct.unpack_from("<I", data, 4)
    payload = bytearray(data[HEADER_BYTES:HEADER_BYTES + count])
    payload[offset:offset + len(value)] = value
    end = HEADER_BYTES + (count + 7 & ~7)
    path.write_bytes(seal(data, bytes(payload) + more) + data[end:])


def apus(*words, seconds=60):
    """Runs the binary to its end."""
    return subprocess.run([str(BINARY), *map(str, words)], capture_output=True, text=True, timeout=seconds,
                          stdin=subprocess.DEVNULL, env=clean_environment())


def refusal(data, *options):
    """What `serve` says, and its status, when it does not start on the data directory."""
    done = apus("serve", "--port", "0", "--data", data, *options, seconds=30)
    return done.returncode, done.stderr
