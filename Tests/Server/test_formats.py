"""Data directories of every format that was ever released, and of formats that are not known.

`fixtures/make_fixture.py` tells how they came to be.
"""

import struct

import pytest

from fixtures.session import Reading
from support.journal_files import apus, fingerprint, patch_first_record, refusal, unpack
from support.recorder import Recorder
from support.server import Server

SUPPORTED = 1
SNAPSHOTS = "1 to 2"
FIXTURES = ["format-1-journal", "format-1-snapshot", "format-2-snapshot"]


@pytest.mark.parametrize("name", FIXTURES)
def test_a_directory_of_an_earlier_program_is_read(name, tmp_path):
    _, expected = unpack(name, tmp_path)
    recorder = Recorder()
    functions = recorder.endpoint()
    server = Server(tmp_path, *Reading.OPTIONS, "--lambda-endpoint", functions.url)
    try:
        assert apus("journal", "verify", server.data).returncode == 0
        # A first start writes the directory anew where it has to; the second one reads that.
        server.start()
        server.crash()
        Reading(server, expected, functions).check()
        assert server.stop() == 0
    finally:
        server.dispose()
        recorder.stop()


@pytest.fixture
def data(tmp_path):
    return unpack("format-2-snapshot", tmp_path)[0]


@pytest.mark.parametrize("version", [0, 2, 3, 0xFFFFFFFF])
def test_another_format_is_refused_and_nothing_changed(data, version):
    # Later formats may have more to say in the manifest.
    patch_first_record(data / "manifest", 8, struct.pack("<I", version), more=bytes(0 if version < 3 else 96))
    (data / "snapshot-00000000ffffffff.draft").write_bytes(b"a draft of that other program")
    before = fingerprint(data)
    line = f"the data directory has format {version}, this program reads format {SUPPORTED}"
    status, said = refusal(data, "--segment-size", "8MiB")
    assert status == 1 and said.count(line) == 1, said
    for verb in ("inspect", "verify"):
        done = apus("journal", verb, data)
        assert done.returncode == 1 and line in done.stderr, done.stderr
    assert fingerprint(data) == before


def test_a_snapshot_of_another_format_is_refused_and_nothing_changed(data):
    snapshot, = data.glob("snapshot-*")
    patch_first_record(snapshot, 20, struct.pack("<I", 3))
    before = fingerprint(data)
    line = f"{snapshot.name} at byte 0: it has format 3, this program reads formats {SNAPSHOTS}"
    status, said = refusal(data, "--segment-size", "8MiB")
    assert status == 1 and line in said, said
    verified = apus("journal", "verify", data)
    assert verified.returncode == 1 and line in verified.stdout
    assert fingerprint(data).items() >= before.items()


def test_another_segment_size_is_refused_and_nothing_changed(data):
    before = fingerprint(data)
    status, said = refusal(data)
    assert status == 1 and "segments of 8388608 bytes, 67108864 were asked for" in said
    assert fingerprint(data) == before
