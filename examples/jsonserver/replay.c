/* The service's work without a network: the same every time, so that two builds of it can be compared. */
#include "server.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIXED_SEED = 1 }; /* of hash tables, which are otherwise seeded at random against floods of colliding keys */

/* Each line's reply; on standard output where [is_shown]. */
static bool replay_once(FILE *file, bool is_shown) {
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool done = fseek(file, 0, SEEK_SET) == 0;
    while (done && (length = getline(&line, &capacity, file)) > 0) {
        reply reply = reencode_document(line, (size_t)length);
        done = reply.body != NULL;
        if (done && is_shown) (void)printf("%u %s\n", reply.status, reply.body);
        free(reply.body);
    }
    free(line);
    return done && !ferror(file);
}

bool replay_documents(const char *path, unsigned long rounds) {
    FILE *file = fopen(path, "r");
    bool done = file != NULL;
    json_object_seed(FIXED_SEED);
    for (unsigned long round = 1; done && round <= rounds; round++) done = replay_once(file, round == rounds);
    if (!done || fflush(stdout) != 0) {
        perror(path);
        done = false;
    }
    if (file != NULL) (void)fclose(file);
    return done;
}
