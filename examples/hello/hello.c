/* Two functions, called a million times. Each formats a line by hand, which makes it a little too large for -O2's
 * inliner; the profile knows that the calls are hot, and libpgo has them inlined. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 96, CALLS = 1000000 };

static uint32_t checksum = 2166136261U;

/* "label #number" in [line]: digits, padding, a check letter. */
void function_two(char *line, uint32_t number) {
    char digits[10];
    int count = 0;
    uint32_t rest = number;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    int length = (int)strlen(line);
    line[length++] = ' ';
    line[length++] = '#';
    for (int pad = count; pad < 7; pad++) line[length++] = '0';
    while (count > 0) line[length++] = digits[--count];
    line[length++] = (char)('a' + number % 26);
    line[length++] = number % 2 == 0 ? '+' : '-';
    line[length++] = number % 3 == 0 ? '*' : '.';
    line[length] = '\0';
}

void function_one(char *line, uint32_t number) {
    static const char *const labels[4] = {"print in function", "call of function", "line from function", "function"};
    strcpy(line, labels[number & 3]); /* NOLINT: it fits */
    function_two(line, number);
    uint32_t hash = checksum;
    for (const char *c = line; *c != '\0'; c++) {
        hash ^= (unsigned char)*c;
        hash *= 16777619U;
        if ((hash & 0xffff) == 0) hash += number;
    }
    checksum = hash;
}

int main(int argc, char **argv) {
    (void)argv;
    char line[LINE_SIZE];
    /* A second caller each, so that neither is inlined merely for being called once. */
    function_one(line, (uint32_t)argc);
    puts(line);
    function_two(line, (uint32_t)argc);
    puts(line);
    for (int round = 0; round < 20; round++)
        for (uint32_t i = 0; i < CALLS; i++) function_one(line, i);
    printf("%s, checksum %08x\n", line, checksum);
    return 0;
}
