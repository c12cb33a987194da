/* jsonserver: an HTTP server whose CPU profile can be fetched while it works. */
#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: jsonserver [--port N]             serve on 127.0.0.1 (default: any free port)\n"
    "       jsonserver --replay FILE ROUNDS   re-encode FILE's lines, and print the last round\n";

static bool parse_number(const char *text, unsigned long largest, unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *number <= largest;
}

/* Until SIGTERM or SIGINT. Both are blocked in every thread, and taken here alone: no handler, nothing is cut short. */
static int serve(uint16_t port) {
    sigset_t ends;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* clients go away, and symbolizers may die */

    profiler *profiler = create_profiler();
    http_server *server = profiler == NULL ? NULL : start_server(port, profiler);
    if (server == NULL) return EXIT_FAILURE;
    (void)printf("listening on http://127.0.0.1:%u\n", get_server_port(server));
    (void)fflush(stdout);

    int taken;
    (void)sigwait(&ends, &taken);
    stop_profiler(profiler);
    stop_server(server);
    free_profiler(profiler);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    unsigned long number = 0;
    if (argc == 4 && strcmp(argv[1], "--replay") == 0 && parse_number(argv[3], 1000000000, &number))
        return replay_documents(argv[2], number) ? EXIT_SUCCESS : EXIT_FAILURE;
    if (argc == 1 || (argc == 3 && strcmp(argv[1], "--port") == 0 && parse_number(argv[2], UINT16_MAX, &number)))
        return serve((uint16_t)number);
    (void)fputs(usage, stderr);
    return 2;
}
