"""A WASI 0.2 HTTP server in Python, for componentize-py: one path for each behaviour that is tested."""

# Nothing can be imported when it runs; socket would, at the first name.
import encodings.idna  # noqa: F401
import hashlib
import json
import os
import random
import socket
import sys
import time
from urllib.parse import parse_qs, urlsplit

import database
import messages
from componentize_py_types import Err
from wit_world import exports

JSON = {"content-type": "application/json"}


class Request:
    def __init__(self, request):
        self.method = messages.method_name(request.method())
        url = urlsplit(request.path_with_query() or "/")
        self.path = url.path
        self.query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        self.fields = [(name, value.decode()) for name, value in request.headers().entries()]
        self.pieces = messages.pieces(request.consume())

    def body(self):
        return b"".join(self.pieces)


def hello(request):
    return 200, {"hello": request.query.get("name", "world"), "method": request.method}


def total(request):
    try:
        numbers = json.loads(request.body())["numbers"]
    except (ValueError, KeyError, TypeError) as error:
        return 400, {"error": type(error).__name__}
    return 201, {"sum": sum(numbers)}


def fields(request):
    return 200, request.fields


def stream(request):
    def numbers():
        for number in range(int(request.query["count"])):
            time.sleep(int(request.query["ms"]) / 1000)
            yield b"data: %d\n\n" % number

    return 200, numbers()


def count(request):
    digest, size, number = hashlib.sha256(), 0, 0
    for piece in request.pieces:
        digest.update(piece)
        size += len(piece)
        number += 1
    return 200, {"bytes": size, "pieces": number, "sha256": digest.hexdigest()}


def echo(request):
    return 200, request.pieces


def large(request):
    return 200, (bytes(1 << 16) for _ in range(int(request.query["blocks"])))


def fetch(request):
    data = request.pieces if request.method == "POST" else None
    try:
        status, pieces = messages.send(request.method, request.query["url"], data)
    except Err as error:
        return 502, {"error": type(error.value).__name__}
    return status, pieces


def files(request):
    path = request.query["path"]
    try:
        if request.method == "PUT":
            with open(path, "wb") as file:
                return 201, {"bytes": sum(file.write(piece) for piece in request.pieces)}
        if request.method == "DELETE":
            os.remove(path)
            return 200, {}
        if os.path.isdir(path):
            return 200, sorted(os.listdir(path))
        with open(path, "rb") as file:
            return 200, file.read()
    except OSError as error:
        return 404, {"error": error.strerror}


def world(_):
    before, seed = time.monotonic(), random.SystemRandom().getrandbits(64)
    time.sleep(0.01)
    return 200, {
        "environment": dict(os.environ),
        "seconds": time.time(),
        "slept": time.monotonic() - before,
        "random": f"{seed:x}",
        "python": sys.version.split()[0],
    }


def say(request):
    print(request.query["text"])
    print(request.query["text"], file=sys.stderr)
    return 200, {}


def sleep(request):
    time.sleep(int(request.query["ms"]) / 1000)
    return 200, {"slept": True}


def fail(_):
    raise LookupError("nothing of the kind")


def tcp(request):
    try:
        with socket.create_connection((request.query["host"], int(request.query["port"])), timeout=10) as peer:
            peer.sendall(request.body())
            return 200, peer.recv(4096)
    except OSError as error:
        return 502, {"error": type(error).__name__}


def sql(request):
    """Asks PostgreSQL; not a part of the tests, which need no database."""
    query = request.query
    password = os.environ.get("PGPASSWORD", "")
    address = query["host"], int(query.get("port", 5432))
    try:
        with database.Connection(*address, query["user"], password) as connection:
            return 200, connection.query(request.body().decode())
    except (OSError, database.Refused) as error:
        return 502, {"error": str(error)}


ROUTES = [hello, total, fields, stream, count, echo, large, fetch, files, world, say, sleep, fail, tcp, sql]
PATHS = {f"/{function.__name__}": function for function in ROUTES}


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request, response_out):
        request = Request(request)
        function = PATHS.get(request.path)
        status, result = function(request) if function else (404, {"error": request.path})
        if isinstance(result, (dict, list)):
            messages.answer(response_out, status, json.dumps(result).encode(), JSON | {"x-guest": "python"})
        else:
            messages.answer(response_out, status, result, {"x-guest": "python"})
