"""The MD5 of message attributes, computed from the published rule."""

import hashlib


def md5(data):
    return hashlib.md5(data.encode() if isinstance(data, str) else data).hexdigest()


def md5_of_attributes(attributes):
    digest = hashlib.md5()

    def add(data):
        data = data.encode() if isinstance(data, str) else data
        digest.update(len(data).to_bytes(4, "big") + data)

    for name in sorted(attributes, key=lambda name: name.encode()):
        value = attributes[name]
        add(name)
        add(value["DataType"])
        if value["DataType"].startswith("Binary"):
            digest.update(b"\x02")
            add(value["BinaryValue"])
        else:
            digest.update(b"\x01")
            add(value["StringValue"])
    return digest.hexdigest()
