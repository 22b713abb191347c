"""A WASI 0.2 HTTP server of notes, whose users and whose store are other components."""

import json

import messages
from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import auth, db


def user_of(request):
    fields = {name.lower(): value.decode() for name, value in request.headers().entries()}
    return auth.check(fields.get("authorization", "").removeprefix("Bearer "))


def notes(request, user):
    method = messages.method_name(request.method())
    key = (request.path_with_query() or "/").removeprefix("/notes").removeprefix("/")
    if method == "PUT":
        db.put(user, db.Note(key, b"".join(messages.pieces(request.consume())).decode()))
        return 201, {"user": user, "key": key}
    if not key:
        return 200, {note.key: note.text for note in db.all(user)}
    text = db.get(user, key)
    return (200, {"text": text}) if text is not None else (404, {"error": "no such note"})


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request, response_out):
        try:
            user = user_of(request)
        except Err as error:
            status, result = 401, {"error": error.value}
        else:
            status, result = notes(request, user)
        messages.answer(response_out, status, json.dumps(result).encode(), {"content-type": "application/json"})
