"""The store of notes.py: a file for each user's notes in the folder that the variable NOTES names."""

import json
import os

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import db


def load(owner):
    try:
        with open(f"{os.environ['NOTES']}/{owner}.json") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


class Db(exports.Db):
    def put(self, owner, note):
        notes = load(owner) | {note.key: note.text}
        try:
            with open(f"{os.environ['NOTES']}/{owner}.json", "w") as file:
                json.dump(notes, file)
        except OSError as error:
            raise Err(error.strerror)

    def get(self, owner, key):
        return load(owner).get(key)

    def all(self, owner):
        return [db.Note(key, text) for key, text in sorted(load(owner).items())]
