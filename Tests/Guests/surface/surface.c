// A server that calls all that a lowered component may import, and answers with what it was given: a line for each
// call, the same whether it is lowered or not. Without a libc: the imports are in surface.h. The path says what is
// done:
//
//   /fields /edges /large            fields: what they are for, what they refuse, values of a megabyte
//   /request                         method, scheme, authority, path, fields of the request
//   /response /status?N              a response's status and fields
//   /error?N /detailed-error?N       the error of number N instead of a response, without and with what it carries
//   /body                            reads the request's body in each way, then its trailers
//   /unread?0 /unread?1              finishes it unread, without and with its stream taken
//   /stdin                           reads the standard input
//   /write /zeroes?N /splice         writes the response's body in each way; /splice that of the request
//   /early                           finishes the body before the response is set
//   /trailers                        a response with trailers
//   /poll /waits /clocks /random /cli  what they say; /waits for the request's body
//   /exit?N                          ends with N
//   /drop?N                          drops things in odd orders
//   /keep                            drops what it had in the last request
//   /broken                          prints how a body ends that the client breaks off
//   /hostile?N /read-within          what no guest may do, below; /read-within with the request's body
//   /asked                           a request of its own before it is sent
//   /ask?A /get-nothing?A            the answers of the authority A, such a guest, to requests of its own
//   /get-half?A                      the same of A as serve.c, which breaks off
//   /too-few?A /too-many?A /as-many?A  sends a body of four bytes, as it says
//   /leave?A                         sends a body that it does not finish
//   /hold-fields?N                   makes N fields of 64 KiB
//
// With PLAIN it knows of no interim responses, and can be lowered: /inform is not there.
#include "surface.h"

#include "tools.h"
#include "messages.h"
#include "bodies.h"
#include "world.h"
#include "requests.h"
#include "hostile.h"

// MARK: Requests

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(int32_t given, int32_t outparam) {
    used = 0;
    false_block = 0;
    meddle = 0;
    length = 0;
    meddle = 0;
    has_begun = 0;
    request = given;
    out = outparam;
    request_path(request, place());
    string path = got.byte[0] ? (string){(char *)(uintptr_t)got.word[1], got.word[2]} : words("");
    string query = words("");
    for (size_t i = 0; i < path.length; i++) {
        if (path.bytes[i] == '?') {
            query = (string){path.bytes + i + 1, path.length - i - 1};
            path.length = i;
        }
    }
    if (same(path, "/fields"))
        say_fields();
    else if (same(path, "/edges"))
        say_edges();
    else if (same(path, "/large"))
        say_large();
    else if (same(path, "/request"))
        say_request();
    else if (same(path, "/response"))
        say_response();
    else if (same(path, "/status"))
        set_status((int)number(query));
    else if (same(path, "/error"))
        outparam_set(out, 1, (int32_t)number(query), 0, 0, 0, 0, 0, 0);
    else if (same(path, "/detailed-error"))
        detailed_error((int32_t)number(query));
    else if (same(path, "/body"))
        say_body();
    else if (same(path, "/unread"))
        say_unread((int)number(query));
    else if (same(path, "/stdin"))
        say_stdin();
    else if (same(path, "/broken"))
        say_broken();
    else if (same(path, "/write"))
        write();
    else if (same(path, "/zeroes"))
        zeroes(number(query));
    else if (same(path, "/splice"))
        splice();
    else if (same(path, "/early"))
        early();
    else if (same(path, "/trailers"))
        trailers();
    else if (same(path, "/poll"))
        say_poll();
    else if (same(path, "/waits"))
        say_waits();
    else if (same(path, "/clocks"))
        say_clocks();
    else if (same(path, "/random"))
        say_random();
    else if (same(path, "/cli"))
        say_cli();
    else if (same(path, "/exit"))
        cli_exit((int32_t)number(query));
    else if (same(path, "/drop"))
        drop(number(query));
    else if (same(path, "/keep"))
        keep();
    else if (same(path, "/read-within"))
        read_within();
    else if (same(path, "/hostile"))
        hostile(number(query));
    else if (same(path, "/asked"))
        say_asked();
    else if (same(path, "/ask"))
        say_asked_and_answered(query);
    else if (same(path, "/too-few"))
        say_sized(query, "one");
    else if (same(path, "/too-many"))
        say_sized(query, "fives");
    else if (same(path, "/as-many"))
        say_sized(query, "four");
    else if (same(path, "/get-nothing"))
        say_got(query, "/status?204");
    else if (same(path, "/get-half"))
        say_got(query, "/half");
    else if (same(path, "/leave"))
        leave(query);
    else if (same(path, "/hold-fields"))
        hold_fields(number(query));
#ifndef PLAIN
    else if (same(path, "/inform"))
        outparam_inform(out, 103, fields_new(), place());
#endif
    else
        set_status(404);
}
