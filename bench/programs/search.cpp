// A C++ program over RE2: lines of a file against regular expressions, as a filter of logs does, with captures and
// replacements where they match (automata built on the go, hash sets of states, strings). Arguments: PATTERNS FILE.
#include "re2/re2.h"
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Totals {
    unsigned long lines = 0, matched = 0, captured = 0, rewritten = 0;
};

std::vector<std::unique_ptr<RE2>> read_patterns(const char *path) {
    std::vector<std::unique_ptr<RE2>> patterns;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        RE2::Options options(RE2::Latin1);
        options.set_log_errors(false);
        auto pattern = std::make_unique<RE2>(line, options);
        if (pattern->ok()) patterns.push_back(std::move(pattern)); // RE2 knows no back references
    }
    return patterns;
}

void search_line(const std::string &line, const std::vector<std::unique_ptr<RE2>> &patterns, Totals &totals) {
    totals.lines++;
    for (const std::unique_ptr<RE2> &pattern : patterns) {
        if (!RE2::PartialMatch(line, *pattern)) continue;
        totals.matched++;
        re2::StringPiece groups[4];
        int wanted = 1 + (pattern->NumberOfCapturingGroups() < 3 ? pattern->NumberOfCapturingGroups() : 3);
        if (pattern->Match(line, 0, line.size(), RE2::UNANCHORED, groups, wanted))
            for (int g = 0; g < wanted; g++) totals.captured += groups[g].size();
        std::string copy = line;
        totals.rewritten += static_cast<unsigned long>(RE2::GlobalReplace(&copy, *pattern, "<\\0>"));
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: search PATTERNS FILE\n");
        return 2;
    }
    std::vector<std::unique_ptr<RE2>> patterns = read_patterns(argv[1]);
    Totals totals;
    std::ifstream file(argv[2]);
    for (std::string line; std::getline(file, line);) search_line(line, patterns, totals);
    std::printf("%lu lines, %lu matches, %lu bytes captured, %lu rewritten\n", totals.lines, totals.matched,
                totals.captured, totals.rewritten);
    return 0;
}
