"""As much of PostgreSQL's protocol (version 3) as a question and its rows take, over Python's own socket."""

import base64
import hashlib
import hmac
import os
import socket
import struct


def stretched(password, salt, count):
    """PBKDF2 with HMAC-SHA-256, of one block; hashlib has it only with OpenSSL, which is not there."""
    block = hmac.digest(password, salt + b"\0\0\0\1", "sha256")
    number = int.from_bytes(block)
    for _ in range(count - 1):
        block = hmac.digest(password, block, "sha256")
        number ^= int.from_bytes(block)
    return number.to_bytes(32)


class Refused(Exception):
    """What the server says against it."""


class Connection:
    def __init__(self, host, port, user, password):
        self.socket = socket.create_connection((host, port), timeout=10)
        self.file = self.socket.makefile("rb")
        words = b"user\0%b\0database\0postgres\0\0" % user.encode()
        self.socket.sendall(struct.pack(">ii", len(words) + 8, 3 << 16) + words)
        self.authenticate(password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.send(b"X", b"")
        self.file.close()
        self.socket.close()

    def send(self, kind, data):
        self.socket.sendall(kind + struct.pack(">i", len(data) + 4) + data)

    def receive(self):
        kind, length = struct.unpack(">ci", self.file.read(5))
        data = self.file.read(length - 4)
        if kind == b"E":
            said = {part[:1]: part[1:].decode() for part in data.split(b"\0") if part}
            raise Refused(f"{said[b'C']}: {said[b'M']}")
        return kind, data

    def authenticate(self, password):
        """Until the server is ready. Without a password, or by SCRAM-SHA-256 (RFC 7677)."""
        while True:
            kind, data = self.receive()
            if kind == b"Z":
                return
            if kind == b"R":
                self.prove(struct.unpack(">i", data[:4])[0], data[4:], password)

    def prove(self, method, data, password):
        if method == 10:
            self.first = b"n=,r=" + base64.b64encode(os.urandom(18))
            message = b"n,," + self.first
            self.send(b"p", b"SCRAM-SHA-256\0" + struct.pack(">i", len(message)) + message)
        elif method == 11:
            parts = dict(part.split(b"=", 1) for part in data.split(b","))
            salted = stretched(password.encode(), base64.b64decode(parts[b"s"]), int(parts[b"i"]))
            final = b"c=biws,r=" + parts[b"r"]
            whole = b",".join([self.first, data, final])
            key = hmac.digest(salted, b"Client Key", "sha256")
            signature = hmac.digest(hashlib.sha256(key).digest(), whole, "sha256")
            proof = bytes(a ^ b for a, b in zip(key, signature))
            self.signature = base64.b64encode(
                hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), whole, "sha256"))
            self.send(b"p", final + b",p=" + base64.b64encode(proof))
        elif method == 12:
            if data != b"v=" + self.signature:
                raise Refused("the server does not know the password")
        elif method != 0:
            raise Refused(f"authentication {method}")

    def query(self, text):
        """The rows of the last statement, each by the names of its columns, as text."""
        self.send(b"Q", text.encode() + b"\0")
        names, rows, refusal = [], [], None
        while True:
            try:
                kind, data = self.receive()
            except Refused as error:
                refusal = error
                continue
            if kind == b"T":
                names, rows, place = [], [], 2
                for _ in range(struct.unpack(">h", data[:2])[0]):
                    end = data.index(b"\0", place)
                    names.append(data[place:end].decode())
                    place = end + 19
            elif kind == b"D":
                rows.append(dict(zip(names, self.values(data))))
            elif kind == b"Z":
                if refusal:
                    raise refusal
                return rows

    @staticmethod
    def values(data):
        place = 2
        for _ in range(struct.unpack(">h", data[:2])[0]):
            length = struct.unpack(">i", data[place : place + 4])[0]
            place += 4
            if length < 0:
                yield None
            else:
                yield data[place : place + length].decode()
                place += length
