"""Verifies the signatures of notifications as a subscriber would: an implementation of its own."""

import base64

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

SIGNED = {
    "Notification": ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    "SubscriptionConfirmation": [
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
    "UnsubscribeConfirmation": [
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
}

_certificates = {}


def certificate(url):
    if url not in _certificates:
        answer = requests.get(url, timeout=10)
        assert answer.status_code == 200
        _certificates[url] = x509.load_pem_x509_certificate(answer.content)
    return _certificates[url]


def signed_text(message):
    return "".join(f"{name}\n{message[name]}\n" for name in SIGNED[message["Type"]]
                   if message.get(name) is not None)


def verify(message, certificate_url=None):
    """Raises InvalidSignature unless the message is as it was signed.

    `certificate_url` is where the certificate is fetched when the printed host is not this machine.
    """
    digest = {"1": hashes.SHA1, "2": hashes.SHA256}[message["SignatureVersion"]]()
    key = certificate(certificate_url or message["SigningCertURL"]).public_key()
    key.verify(base64.b64decode(message["Signature"], validate=True), signed_text(message).encode(),
               padding.PKCS1v15(), digest)
