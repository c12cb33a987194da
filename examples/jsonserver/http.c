/* HTTP requests ─▶ replies, through libmicrohttpd.
 *
 * Each connection has its thread, so that a handler may block: a profile takes its seconds, and the others go on. */
#include "server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_BODY = 1 << 20, MOST_CONNECTIONS = 512, IDLE_SECONDS = 30, GRACE_SECONDS = 20 };

struct http_server {
    struct MHD_Daemon *daemon;
    profiler *profiler;
    pthread_mutex_t mutex;
    pthread_cond_t request_ended;
    unsigned request_count; /* under way */
    bool is_stopping;
};

typedef struct request {
    char *body;
    size_t size, capacity;
    bool is_too_large; /* the rest is taken from the line but not kept, so that the client hears why */
} request;

/* ---- which path is whose ---- */

typedef struct route {
    const char *path, *method;
    reply (*answer)(http_server *server, struct MHD_Connection *connection, const request *request);
} route;

static reply answer_reencode(http_server *server, struct MHD_Connection *connection, const request *request) {
    (void)server, (void)connection;
    return reencode_document(request->body, request->size);
}

static reply answer_profile(http_server *server, struct MHD_Connection *connection, const request *request) {
    (void)request;
    return profile_process(server->profiler, MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "seconds"));
}

static const route routes[] = {
    {"/reencode", MHD_HTTP_METHOD_POST, answer_reencode},
    {"/debug/pprof/profile", MHD_HTTP_METHOD_GET, answer_profile},
};

static reply answer_request(http_server *server, struct MHD_Connection *connection, const char *path,
                            const char *method, const request *request) {
    if (request->is_too_large)
        return make_error(MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than %d bytes", LARGEST_BODY);
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(path, routes[i].path) != 0) continue;
        if (strcmp(method, routes[i].method) == 0) return routes[i].answer(server, connection, request);
        return make_error(MHD_HTTP_METHOD_NOT_ALLOWED, "%s takes %s only", path, routes[i].method);
    }
    return make_error(MHD_HTTP_NOT_FOUND, "there is no %s here", path);
}

/* ---- libmicrohttpd's side ---- */

static request *begin_request(http_server *server) {
    request *request = calloc(1, sizeof *request);
    if (request == NULL) return NULL;
    (void)pthread_mutex_lock(&server->mutex);
    server->request_count++;
    (void)pthread_mutex_unlock(&server->mutex);
    return request;
}

/* The answer has been sent, or the client is gone. */
static void end_request(void *context, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode reason) {
    (void)connection, (void)reason;
    http_server *server = context;
    request *request = *state;
    if (request == NULL) return;
    free(request->body);
    free(request);
    (void)pthread_mutex_lock(&server->mutex);
    server->request_count--;
    (void)pthread_cond_signal(&server->request_ended);
    (void)pthread_mutex_unlock(&server->mutex);
}

static bool is_stopping(http_server *server) {
    (void)pthread_mutex_lock(&server->mutex);
    bool answer = server->is_stopping;
    (void)pthread_mutex_unlock(&server->mutex);
    return answer;
}

static enum MHD_Result add_header(struct MHD_Response *response, const char *name, const char *value) {
    return value == NULL ? MHD_YES : MHD_add_response_header(response, name, value);
}

static enum MHD_Result send_reply(http_server *server, struct MHD_Connection *connection, reply reply) {
    struct MHD_Response *response =
        reply.body == NULL ? NULL : MHD_create_response_from_buffer(reply.size, reply.body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) { /* memory is out: the connection is closed */
        free(reply.body);
        return MHD_NO;
    }
    const char *persistence = is_stopping(server) ? "close" : NULL;
    enum MHD_Result result = MHD_NO;
    if (add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply.content_type) == MHD_YES &&
        add_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, reply.content_disposition) == MHD_YES &&
        add_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES &&
        add_header(response, MHD_HTTP_HEADER_CONNECTION, persistence) == MHD_YES)
        result = MHD_queue_response(connection, reply.status, response);
    MHD_destroy_response(response);
    return result;
}

static bool add_to_body(request *request, const char *data, size_t size) {
    if (request->is_too_large || size > LARGEST_BODY - request->size) {
        request->is_too_large = true;
        return true;
    }
    if (size > request->capacity - request->size) {
        size_t capacity = request->capacity == 0 ? 4096 : request->capacity;
        while (capacity - request->size < size) capacity *= 2;
        char *body = realloc(request->body, capacity);
        if (body == NULL) return false;
        request->body = body;
        request->capacity = capacity;
    }
    memcpy(request->body + request->size, data, size);
    request->size += size;
    return true;
}

/* Called once for the header, then for each piece of the body, then once more. */
static enum MHD_Result handle_request(void *context, struct MHD_Connection *connection, const char *path,
                                      const char *method, const char *version, const char *data, size_t *size,
                                      void **state) {
    (void)version;
    request *request = *state;
    if (request == NULL) {
        *state = begin_request(context);
        return *state == NULL ? MHD_NO : MHD_YES;
    }
    if (*size > 0) {
        bool done = add_to_body(request, data, *size);
        *size = 0;
        return done ? MHD_YES : MHD_NO;
    }
    return send_reply(context, connection, answer_request(context, connection, path, method, request));
}

/* ---- start and stop ---- */

http_server *start_server(uint16_t port, profiler *profiler) {
    /* The loopback only: profiles are not for everyone. A proxy in front decides who sees /reencode. */
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    http_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        perror("jsonserver");
        return NULL;
    }
    server->profiler = profiler;
    (void)pthread_mutex_init(&server->mutex, NULL);
    (void)pthread_cond_init(&server->request_ended, NULL);
    server->daemon =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
                             MHD_USE_ERROR_LOG,
                         port, NULL, NULL, handle_request, server, MHD_OPTION_SOCK_ADDR, &address,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
                         (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, end_request, server, MHD_OPTION_END);
    if (server->daemon != NULL) return server;
    perror("jsonserver: cannot listen");
    free(server);
    return NULL;
}

uint16_t get_server_port(http_server *server) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info == NULL ? 0 : info->port;
}

/* No new connection is taken; answers still to come close theirs; whoever is not done after the grace is cut off. */
void stop_server(http_server *server) {
    MHD_socket listener = MHD_quiesce_daemon(server->daemon);
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += GRACE_SECONDS;
    (void)pthread_mutex_lock(&server->mutex);
    server->is_stopping = true;
    while (server->request_count > 0 && pthread_cond_timedwait(&server->request_ended, &server->mutex, &end) == 0) {
    }
    (void)pthread_mutex_unlock(&server->mutex);
    MHD_stop_daemon(server->daemon);
    if (listener != MHD_INVALID_SOCKET) (void)close(listener);
    (void)pthread_cond_destroy(&server->request_ended);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}
