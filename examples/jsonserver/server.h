/* A small API server that profiles itself: what its files share.
 *
 *   server.c             main: options, start, stop
 *   http.c               requests in, replies out; which path is whose
 *   reply.c              a reply's text
 *   reencode.c           POST /reencode: the service's own work
 *   profile_endpoint.c   GET /debug/pprof/profile?seconds=N
 *   replay.c             --replay: the same work without a network, to be measured
 */
#ifndef JSONSERVER_SERVER_H
#define JSONSERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- reply.c ---- */

typedef struct reply {
    unsigned status; /* HTTP's */
    const char *content_type;
    const char *content_disposition; /* NULL: none */
    char *body;                      /* malloc'ed; NULL: memory is out */
    size_t size;
} reply;

/* {"error": "…"} */
__attribute__((format(printf, 2, 3))) reply make_error(unsigned status, const char *format, ...);

/* ---- reencode.c ---- */

/* A JSON document in canonical form: keys sorted, no spaces, whole numbers without fraction or exponent, others with 15
 * significant digits. A document that is not valid, or names a key twice, gives an error with line and column. */
reply reencode_document(const char *document, size_t size);

/* ---- profile_endpoint.c ---- */

typedef struct profiler profiler;

profiler *create_profiler(void); /* NULL: memory is out */

/* Profiles the process for [text] seconds (NULL: 30), and gives a gzipped pprof. Blocks so long. */
reply profile_process(profiler *profiler, const char *text);

/* A profile under way ends at once, and no other begins. */
void stop_profiler(profiler *profiler);

/* No thread may be in profile_process any more. */
void free_profiler(profiler *profiler);

/* ---- http.c ---- */

typedef struct http_server http_server;

/* Listens on 127.0.0.1; port 0 is any that is free. NULL: it could not, and the reason is on standard error. */
http_server *start_server(uint16_t port, profiler *profiler);
uint16_t get_server_port(http_server *server);

/* Lets the requests under way finish, for 20 seconds at most. */
void stop_server(http_server *server);

/* ---- replay.c ---- */

/* Re-encodes the documents in [path], one a line, [rounds] times, and prints what the last round gave. */
bool replay_documents(const char *path, unsigned long rounds);

#endif
