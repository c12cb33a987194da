/* Stands in for process.c, so that what a child process would print is the fuzzer's to say. */
#ifndef FED_CHILD_H
#define FED_CHILD_H

#include "import/import.h"

/* Every child that runs from now on prints [text], which must outlive it; one with the argument [second] prints that.
 */
typedef struct fed_output {
    const char *argument; /* the child's second one; NULL: any child */
    const char *text;
    size_t size;
} fed_output;

/* [outputs] ends with one for any child, and must outlive the children. */
void feed_children(const fed_output *outputs);

#endif
