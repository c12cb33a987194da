/* Takes a decision's kind, place and callee; says whether -pgo-hash lets it be taken.
 *
 * For finding the one decision that breaks or slows a program, as Go's pgohash does: the hash of every decision is
 * written in binary, and only decisions whose hash ends in the given bits are taken. Halve the set bit by bit (0, then
 * 10, …) while the fault stays. The hash knows no line offsets of the profile and no order of compilation, so the
 * same decision has the same hash in every build of the same sources.
 */
#include "plugin.h"

#include <string.h>

/* FNV-1a; the terminating NUL is hashed too, so that ("ab", "c") differs from ("a", "bc"). */
static uint64_t hash_text(uint64_t hash, const char *text) {
    for (const char *c = text;; c++) {
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
        if (*c == '\0') return hash;
    }
}

static uint64_t hash_number(uint64_t hash, uint32_t number) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        hash = (hash ^ ((number >> shift) & 0xff)) * UINT64_C(0x100000001b3);
    return hash;
}

/* FNV's last bits are its weakest, and they are the ones that are compared. */
static uint64_t mix_bits(uint64_t hash) {
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

bool pgo_hash_allows(const pgo_run *run, const char *kind, const char *function, uint32_t line, uint32_t column,
                     const char *callee) {
    const char *suffix = run->options.hash;
    if (suffix[0] == '\0' || strcmp(suffix, "y") == 0) return true;
    if (strcmp(suffix, "n") == 0) return false;
    uint64_t hash = hash_text(hash_text(UINT64_C(0xcbf29ce484222325), kind), function);
    hash = hash_text(hash_number(hash_number(hash, line), column), callee == NULL ? "" : callee);
    hash = mix_bits(hash);
    for (size_t bit = strlen(suffix); bit-- > 0; hash >>= 1)
        if ((hash & 1) != (suffix[bit] == '1')) return false;
    return true;
}
