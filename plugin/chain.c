/* Takes a load; tells whether a loop goes along a chain by it: where the next round loads is known only when this
 * round's load is over. A list, a hash table's bucket, a walk down a tree:
 *
 *   for (entry = table[hash]; entry != NULL; entry = entry->next)      %entry = phi [%first, …], [%next, …]
 *       if (entry->key == key) …                                       %next = load (%entry + 8)
 *
 * Cannot know how long the chains are, nor whether they lie in a cache. */
#include "location.h"

/* Addresses are a few operations long. In IR that nothing made by hand, one may still lead to thousands of others. */
enum { DEPTH = 5, OPERANDS_ASKED = 4, STEPS = 256 };

typedef struct search {
    LLVMValueRef walker; /* the phi that goes along the chain */
    unsigned steps_left;
} search;

typedef bool test(search *search, LLVMValueRef value);

/* Whether [value], or what it is computed from without loading anything, passes the test. */
static bool comes_from(search *search, LLVMValueRef value, int depth, test *test) {
    if (search->steps_left == 0) return false;
    search->steps_left--;
    if (test(search, value)) return true;
    bool is_computed = LLVMIsACastInst(value) != NULL || LLVMIsAGetElementPtrInst(value) != NULL ||
                       LLVMIsABinaryOperator(value) != NULL;
    if (depth == 0 || !is_computed) return false;
    for (int i = 0; i < LLVMGetNumOperands(value) && i < OPERANDS_ASKED; i++)
        if (comes_from(search, LLVMGetOperand(value, (unsigned)i), depth - 1, test)) return true;
    return false;
}

static bool is_walker(search *search, LLVMValueRef value) {
    return value == search->walker;
}

static bool is_loaded_by_walker(search *search, LLVMValueRef value) {
    return LLVMIsALoadInst(value) != NULL && comes_from(search, LLVMGetOperand(value, 0), DEPTH, is_walker);
}

static bool is_any_walker(search *search, LLVMValueRef value) {
    if (LLVMIsAPHINode(value) == NULL) return false;
    search->walker = value;
    for (int i = 0; i < LLVMGetNumOperands(value) && i < OPERANDS_ASKED; i++)
        if (comes_from(search, LLVMGetOperand(value, (unsigned)i), DEPTH, is_loaded_by_walker)) return true;
    return false;
}

bool pgo_walks_chain(LLVMValueRef load) {
    search search = {.steps_left = STEPS};
    return comes_from(&search, LLVMGetOperand(load, 0), DEPTH, is_any_walker);
}
