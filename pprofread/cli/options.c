/* Takes a command's table of options and its arguments; sets the table's targets, or prints its help, or says what is
 * wrong with the command line. */
#include "cli/support.h"

#include "base/quantity.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_LIMIT = 48, NAME_LIMIT = 40, HELP_VALUE = 1000 };

static bool takes_argument(const cli_option *option) {
    return option->flag == NULL && option->choice == NULL;
}

/* ---- help ---- */

/* One too long for its column has its help below. */
static void print_option(char letter, const char *name, const char *value, const char *help) {
    enum { COLUMN_WIDTH = 28 };
    char left[64], start[8] = "    ";
    if (letter != '\0') (void)snprintf(start, sizeof start, "-%c, ", letter);
    (void)snprintf(left, sizeof left, "%s--%s%s%s", start, name, value != NULL ? "=" : "", value != NULL ? value : "");
    bool is_long = strlen(left) > COLUMN_WIDTH;
    if (is_long) (void)printf("  %s\n", left);
    (void)printf("  %-*s %s\n", COLUMN_WIDTH, is_long ? "" : left, help);
}

static void print_help(const cli_syntax *syntax, const char *operands) {
    (void)printf("usage: %s %s [OPTIONS]%s%s\n%s\n\n", cli_this_program.name, syntax->command,
                 *operands != '\0' ? " " : "", operands, syntax->about);
    for (const cli_option *option = syntax->options; option->name != NULL; option++)
        print_option(option->letter, option->name, option->value, option->help);
    print_option('\0', "help", NULL, "print this and exit");
}

/* ---- values ---- */

bool cli_misuse(const cli_syntax *syntax, const char *format, ...) {
    (void)fprintf(stderr, "%s: %s: ", cli_this_program.name, syntax->command);
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "; see '%s %s --help'\n", cli_this_program.name, syntax->command);
    return false;
}

static bool parse_flag(const char *text, bool *value) {
    static const char *const words[] = {"false", "true", "0", "1", "f", "t", "no", "yes"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            *value = i % 2 == 1;
            return true;
        }
    return false;
}

static bool parse_count(const char *text, int *value) {
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || number < 0 || number > INT32_MAX) return false;
    *value = (int)number;
    return true;
}

static bool parse_fraction(const char *text, double *value) {
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= 0 && number <= 1)) return false;
    *value = number;
    return true;
}

/* "64K" ─▶ 65536 */
static bool parse_size(const char *text, uint64_t *value) {
    if (*text < '0' || *text > '9') return false;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    static const char suffixes[] = "KMG";
    int shift = 0;
    if (*end != '\0') {
        const char *suffix = strchr(suffixes, *end >= 'a' && *end <= 'z' ? *end - 'a' + 'A' : *end);
        if (suffix == NULL) return false;
        shift = 10 * (int)(suffix - suffixes + 1);
        end++;
    }
    if (*end != '\0' || errno != 0 || number == 0 || number > UINT64_MAX >> shift) return false;
    *value = (uint64_t)number << shift;
    return *value <= PPROF_MAXIMUM_SIZE_LIMIT;
}

/* [text] is NULL for a flag without "=…". */
static bool set_option(const cli_syntax *syntax, const cli_option *option, const char *text) {
    if (option->text != NULL) {
        *option->text = text;
        return true;
    }
    if (option->texts != NULL) {
        option->texts->items[option->texts->count++] = text;
        return true;
    }
    if (option->count != NULL)
        return parse_count(text, option->count) ||
               cli_misuse(syntax, "--%s takes a whole number, not '%s'", option->name, text);
    if (option->fraction != NULL)
        return parse_fraction(text, option->fraction) ||
               cli_misuse(syntax, "--%s takes a number from 0 to 1, not '%s'", option->name, text);
    if (option->percent != NULL)
        return pprof_parse_percent(text, option->percent) ||
               cli_misuse(syntax, "--%s takes a percentage below 100, as 2%%, not '%s'", option->name, text);
    if (option->seconds != NULL)
        return pprof_parse_seconds(text, option->seconds) ||
               cli_misuse(syntax, "--%s takes a time, as 90s, 500ms, 5m or 1h, not '%s'", option->name, text);
    if (option->size != NULL)
        return parse_size(text, option->size) ||
               cli_misuse(syntax, "--%s takes bytes below 4G, as 1000000, 64M or 2G, not '%s'", option->name, text);

    bool is_on = true;
    if (text != NULL && !parse_flag(text, &is_on))
        return cli_misuse(syntax, "--%s takes true or false, not '%s'", option->name, text);
    if (option->flag != NULL) *option->flag = is_on;
    if (option->choice != NULL && is_on) *option->choice = option->chosen;
    return true;
}

/* ---- the command line ---- */

/* getopt's view of the table. Every name is there twice, with '-' and with '_'. */
typedef struct getopt_table {
    struct option options[2 * OPTION_LIMIT + 3];
    char underscored[OPTION_LIMIT][NAME_LIMIT];
    char letters[2 * OPTION_LIMIT + 5];
} getopt_table;

static void fill_table(const cli_syntax *syntax, bool ends_at_operand, getopt_table *table) {
    int used = 0;
    size_t letters = 0;
    if (ends_at_operand) table->letters[letters++] = '+';
    table->letters[letters++] = ':';
    table->letters[letters++] = 'h';
    table->options[used++] = (struct option){"help", no_argument, NULL, HELP_VALUE};
    for (int i = 0; syntax->options[i].name != NULL; i++) {
        assert(i < OPTION_LIMIT);
        const cli_option *option = &syntax->options[i];
        int argument = takes_argument(option) ? required_argument : optional_argument;
        table->options[used++] = (struct option){option->name, argument, NULL, HELP_VALUE + 1 + i};
        (void)snprintf(table->underscored[i], NAME_LIMIT, "%s", option->name);
        for (char *c = table->underscored[i]; *c != '\0'; c++)
            if (*c == '-') *c = '_';
        if (strcmp(table->underscored[i], option->name) != 0)
            table->options[used++] = (struct option){table->underscored[i], argument, NULL, HELP_VALUE + 1 + i};
        if (option->letter == '\0') continue;
        table->letters[letters++] = option->letter;
        if (takes_argument(option)) table->letters[letters++] = ':';
    }
    table->options[used] = (struct option){0};
    table->letters[letters] = '\0';
}

static const cli_option *find_option(const cli_syntax *syntax, int value) {
    if (value > HELP_VALUE) return &syntax->options[value - HELP_VALUE - 1];
    for (const cli_option *option = syntax->options; option->name != NULL; option++)
        if (option->letter == value) return option;
    return NULL;
}

/* One argument for each word of [names]. */
static bool take_operands(const cli_syntax *syntax, const char *names, int count, char **arguments,
                          const char **operands) {
    int wanted = 0;
    for (const char *rest = names; *rest != '\0'; wanted++) {
        size_t length = strcspn(rest, " ");
        if (wanted >= count) return cli_misuse(syntax, "which %.*s?", (int)length, rest);
        operands[wanted] = arguments[wanted];
        rest += length + strspn(rest + length, " ");
    }
    if (wanted == count) return true;
    if (wanted == 0) return cli_misuse(syntax, "what is '%s'? No operand is taken", arguments[0]);
    return wanted == 1 ? cli_misuse(syntax, "one %s, not %d", names, count)
                       : cli_misuse(syntax, "%s, not %d arguments", names, count);
}

bool cli_parse_options(const cli_syntax *syntax, const char *names, int argc, char **argv, int *count,
                       int *exit_status) {
    getopt_table table;
    fill_table(syntax, strncmp(names, "[--]", 4) == 0, &table);
    *exit_status = CLI_MISUSED;
    opterr = 0;
    optind = 1;
    for (int value; (value = getopt_long_only(argc, argv, table.letters, table.options, NULL)) != -1;) {
        if (value == HELP_VALUE || value == 'h') {
            print_help(syntax, names);
            *exit_status = cli_finish_output();
            return false;
        }
        if (value == ':') return cli_misuse(syntax, "%s needs an argument", argv[optind - 1]);
        const cli_option *option = value == '?' ? NULL : find_option(syntax, value);
        if (option == NULL)
            return cli_misuse(syntax, "there is no option %s, or more than one begins so", argv[optind - 1]);
        if (!set_option(syntax, option, optarg)) return false;
    }
    *count = argc - optind; /* getopt has moved them to the end */
    return true;
}

bool cli_parse_operands(const cli_syntax *syntax, const char *names, int argc, char **argv, const char **operands,
                        int *exit_status) {
    int count = 0;
    return cli_parse_options(syntax, names, argc, argv, &count, exit_status) &&
           take_operands(syntax, names, count, argv + argc - count, operands);
}

bool cli_parse(const cli_syntax *syntax, int argc, char **argv, const char **file, int *exit_status) {
    return cli_parse_operands(syntax, file != NULL ? "FILE" : "", argc, argv, file, exit_status);
}
