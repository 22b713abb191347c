"""What a server says and hears over wasi:http, as bytes and pieces of them."""

from componentize_py_types import Err, Ok
from wit_world.imports import outgoing_handler, types
from wit_world.imports.streams import StreamError_Closed

METHODS = {
    types.Method_Get: "GET",
    types.Method_Head: "HEAD",
    types.Method_Post: "POST",
    types.Method_Put: "PUT",
    types.Method_Delete: "DELETE",
    types.Method_Patch: "PATCH",
}


def method_name(method):
    return METHODS.get(type(method), "OTHER")


def pieces(body):
    """The body piece by piece, as it comes."""
    with body, body.stream() as stream:
        while True:
            try:
                piece = stream.blocking_read(1 << 16)
            except Err as error:
                if isinstance(error.value, StreamError_Closed):
                    return
                raise
            if piece:
                yield piece


def write(body, data):
    """Bytes, or pieces of them; each is on its way before the next is asked for."""
    try:
        with body.write() as stream:
            for piece in [data] if isinstance(data, bytes) else data:
                for start in range(0, len(piece), 4096):
                    stream.blocking_write_and_flush(piece[start : start + 4096])
        types.OutgoingBody.finish(body, None)
    except Err:
        # Who should have had it has gone. Where it is the pieces that fail, the message breaks off unfinished.
        pass


def answer(out, status, data, fields={}):
    """Answers with bytes, or with pieces of them."""
    headers = types.Fields()
    for name, value in fields.items():
        headers.append(name, value.encode())
    if isinstance(data, bytes):
        headers.append("content-length", str(len(data)).encode())
    response = types.OutgoingResponse(headers)
    response.set_status_code(status)
    body = response.body()
    types.ResponseOutparam.set(out, Ok(response))
    write(body, data)


def send(method, url, data=None):
    """Sends a request; returns the status of the answer and the pieces of its body.

    Raises what componentize-py makes of wasi:http's error codes.
    """
    scheme, rest = url.split("://", 1)
    authority, _, path = rest.partition("/")
    request = types.OutgoingRequest(types.Fields())
    request.set_method(types.Method_Post() if method == "POST" else types.Method_Get())
    request.set_scheme(types.Scheme_Https() if scheme == "https" else types.Scheme_Http())
    request.set_authority(authority)
    request.set_path_with_query("/" + path)
    body = request.body()
    future = outgoing_handler.handle(request, None)
    write(body, data or b"")
    with future, future.subscribe() as pollable:
        pollable.block()
        result = future.get().value
    if isinstance(result, Err):
        raise result
    response = result.value
    return response.status(), pieces(response.consume())
