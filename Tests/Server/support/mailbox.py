"""A sendmail-compatible command that keeps what it gets."""

import email
import time

from support.recorder import PATIENCE_SECONDS


class Mailbox:
    """A sendmail-compatible command that keeps what it gets in a directory."""

    def __init__(self, directory, status=0):
        self.directory = directory
        self.script = directory / "sendmail"
        self.script.write_text(
            "#!/bin/sh\n"
            f"directory='{directory}'\n"
            'file=$(mktemp "$directory/incoming.XXXXXX")\n'
            '{ for word; do printf "%s\\n" "$word"; done; echo "-- message"; cat; } > "$file"\n'
            f'[ -e "$directory/refuse" ] && exit 75\n'
            'mv "$file" "$directory/mail.${file##*.}"\n'
            f"exit {status}\n")
        self.script.chmod(0o755)

    @property
    def mails(self):
        """Arguments and parsed messages, oldest first."""
        found = sorted(self.directory.glob("mail.*"), key=lambda path: path.stat().st_mtime_ns)
        return [self.read(path) for path in found]

    def read(self, path):
        head, _, message = path.read_text().partition("-- message\n")
        return head.split(), parse_mail(message)

    def to(self, recipient, count=1):
        """The messages to the recipient once there are so many."""
        def found():
            return [message for words, message in self.mails if recipient in (words[-1:] or [message["To"]])]

        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found()) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(found()) >= count, f"{len(found())} of {count} mails came to {recipient}: {self.mails}"
        return found()


def parse_mail(text):
    return email.message_from_string(text.replace("\r\n", "\n"))


def body_of(mail):
    return mail.get_payload(decode=True).decode()
