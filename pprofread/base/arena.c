/* Takes requests for memory; gives zeroed blocks that live until the arena is freed, all at once.
 * Small requests share a block; a large one gets a block of its own, so that little is wasted at its end. */
#include "base/arena.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct pprof_arena_block {
    struct pprof_arena_block *next;
    void *adopted;       /* memory that came from outside, or NULL */
    size_t adopted_size; /* of it */
    bool is_mapping;     /* it came from mmap, and not from malloc */
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
} pprof_arena_block;

enum { SMALL_BLOCK = 4096, LARGE_BLOCK = 1 << 18 };

/* AddressSanitizer watches what comes from malloc: under it each request gets a block of its own, exactly as large. */
#if defined(__SANITIZE_ADDRESS__)
enum { SHARES_BLOCKS = false };
#elif defined(__has_feature)
enum { SHARES_BLOCKS = !__has_feature(address_sanitizer) };
#else
enum { SHARES_BLOCKS = true };
#endif

static pprof_arena_block *add_block(pprof_arena *arena, size_t size) {
    if (size > SIZE_MAX - sizeof(pprof_arena_block)) return NULL;
    /* calloc, not malloc: large blocks then come zeroed from the kernel without being touched. */
    pprof_arena_block *block = calloc(1, sizeof *block + size);
    if (block == NULL) return NULL;
    block->size = size;
    arena->reserved_bytes += sizeof *block + size;
    return block;
}

void *pprof_arena_allocate(pprof_arena *arena, size_t count, size_t size) {
    const size_t alignment = SHARES_BLOCKS ? alignof(max_align_t) : 1;
    if (size != 0 && count > (SIZE_MAX - alignment) / size) return NULL;
    size_t need = (count * size + alignment - 1) / alignment * alignment;
    if (need == 0) need = alignment;

    pprof_arena_block *current = arena->blocks;
    if (current != NULL && current->size - current->used >= need) {
        void *memory = current->bytes + current->used;
        current->used += need;
        return memory;
    }
    /* Blocks grow with the arena: a small run stays small. */
    size_t shared = arena->reserved_bytes < LARGE_BLOCK ? SMALL_BLOCK : LARGE_BLOCK;
    bool own_block = need > shared / 4 || !SHARES_BLOCKS;
    pprof_arena_block *block = add_block(arena, own_block ? need : shared);
    if (block == NULL) return NULL;
    block->used = need;
    if (own_block && current != NULL) { /* keep filling the current block */
        block->next = current->next;
        current->next = block;
    } else {
        block->next = current;
        arena->blocks = block;
    }
    return block->bytes;
}

void *pprof_allocate(pprof_arena *arena, size_t count, size_t size, pprof_status *status) {
    void *memory = pprof_arena_allocate(arena, count, size);
    if (memory == NULL) pprof_fail(status, PPROF_OUT_OF_MEMORY " (%zu elements of %zu bytes)", count, size);
    return memory;
}

char *pprof_copy_string(pprof_arena *arena, const char *text, size_t length, pprof_status *status) {
    char *copy = length == SIZE_MAX ? NULL : pprof_allocate(arena, length + 1, 1, status);
    if (copy != NULL && length != 0) memcpy(copy, text, length);
    return copy;
}

char *pprof_format_string(pprof_arena *arena, pprof_status *status, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = NULL;
    if (length < 0)
        pprof_fail(status, "a text cannot be made: %s", strerror(errno));
    else
        text = pprof_allocate(arena, (size_t)length + 1, 1, status);
    if (text != NULL) (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}

static void release(void *memory, size_t size, bool is_mapping) {
    if (is_mapping)
        (void)munmap(memory, size);
    else
        free(memory);
}

static bool adopt(pprof_arena *arena, void *memory, size_t size, bool is_mapping) {
    pprof_arena_block *block = add_block(arena, 0);
    if (block == NULL) {
        release(memory, size, is_mapping);
        return false;
    }
    block->adopted = memory;
    block->adopted_size = size;
    block->is_mapping = is_mapping;
    if (arena->blocks != NULL) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        arena->blocks = block;
    }
    if (!is_mapping) arena->reserved_bytes += size;
    return true;
}

bool pprof_arena_adopt(pprof_arena *arena, void *memory, size_t size) {
    return adopt(arena, memory, size, false);
}

bool pprof_arena_adopt_mapping(pprof_arena *arena, void *memory, size_t size) {
    return adopt(arena, memory, size, true);
}

static void *resize_adopted(pprof_arena *arena, void *memory, size_t size) {
    pprof_arena_block *block = arena->blocks;
    while (block->adopted != memory) block = block->next;
    void *resized = realloc(memory, size);
    if (resized == NULL) return NULL;
    arena->reserved_bytes += size - block->adopted_size;
    block->adopted = resized;
    block->adopted_size = size;
    return resized;
}

void *pprof_arena_resize(pprof_arena *arena, void *memory, size_t count, size_t size, pprof_status *status) {
    assert(count != 0 && size != 0);
    void *resized = NULL;
    if (size <= SIZE_MAX / count) {
        resized = memory == NULL ? malloc(count * size) : resize_adopted(arena, memory, count * size);
        if (memory == NULL && resized != NULL && !adopt(arena, resized, count * size, false)) resized = NULL;
    }
    if (resized == NULL) pprof_fail(status, PPROF_OUT_OF_MEMORY " (%zu elements of %zu bytes)", count, size);
    return resized;
}

void pprof_arena_free(pprof_arena *arena) {
    for (pprof_arena_block *block = arena->blocks; block != NULL;) {
        pprof_arena_block *next = block->next;
        release(block->adopted, block->adopted_size, block->is_mapping);
        free(block);
        block = next;
    }
    *arena = (pprof_arena){0};
}
