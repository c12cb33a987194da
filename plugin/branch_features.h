/* What two-way branches look like; of LLVM's C API alone, so that bench/prior can take it as it is. */
#ifndef PGO_BRANCH_FEATURES_H
#define PGO_BRANCH_FEATURES_H

#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum pgo_branch_feature {
    /* that the condition holds */
    PGO_FLAG_IS_SET,     /* anything but a comparison */
    PGO_IS_EQUAL,        /* to anything but null or 0 */
    PGO_IS_LESS,         /* than anything, but see the next */
    PGO_IS_NEGATIVE,     /* less than -1, 0 or 1, signed */
    PGO_CALL_GIVES_NULL, /* a pointer */
    PGO_BITS_ARE_CLEAR,  /* (x & y) == 0 */
    /* that a side is taken: by what it returns, at once or after one jump, */
    PGO_RETURNS_NULL,
    PGO_RETURNS_NEGATIVE,
    PGO_RETURNS_ZERO,
    PGO_JUMPS_TO_RETURN,
    /* and, of a side that only this branch leads to, by what is in it */
    PGO_IS_OWN,
    PGO_HAS_LOAD,
    PGO_HAS_BRANCH,
    PGO_CALLS_ELSEWHERE,
    PGO_NAMES_STRING,
    PGO_BRANCH_FEATURES /* how many there are */
} pgo_branch_feature;

/* Sets features[PGO_BRANCH_FEATURES] of a conditional branch with two successors: the condition's to 1 where it holds,
 * -1 where its opposite does; the sides' to how much more of each the first side has than the second. [is_own]: of each
 * side, whether nothing but this branch leads to it. */
void pgo_describe_branch(LLVMValueRef branch, const bool *is_own, int8_t *features);

#endif
