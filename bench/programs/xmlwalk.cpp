// A C++ program with virtual calls: parses an XML file by pugixml, hands every node to a set of visitors through their
// base class, sorts and prints what they found. Arguments: FILE ROUNDS.
#include "pugixml.hpp"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

class Visitor {
  public:
    virtual ~Visitor() = default;
    virtual void visit(const pugi::xml_node &node, int depth) = 0;
    virtual unsigned long result() const = 0;
};

class NameCounter : public Visitor {
    std::map<std::string, unsigned long> counts;

  public:
    void visit(const pugi::xml_node &node, int) override {
        if (node.type() == pugi::node_element) counts[node.name()]++;
    }
    unsigned long result() const override {
        unsigned long sum = 0;
        for (const auto &entry : counts) sum = sum * 31 + entry.second;
        return sum;
    }
};

class TextHasher : public Visitor {
    unsigned long hash = 5381;

  public:
    void visit(const pugi::xml_node &node, int depth) override {
        for (const char *c = node.value(); *c != '\0'; c++) hash = hash * 33 + static_cast<unsigned char>(*c);
        hash += static_cast<unsigned long>(depth);
    }
    unsigned long result() const override {
        return hash;
    }
};

class AttributeSum : public Visitor {
    unsigned long sum = 0;

  public:
    void visit(const pugi::xml_node &node, int) override {
        for (const auto &attribute : node.attributes())
            sum += std::strcmp(attribute.name(), "value") == 0 ? attribute.as_uint() : 1;
    }
    unsigned long result() const override {
        return sum;
    }
};

class LongestText : public Visitor {
    std::vector<std::string> longest;

  public:
    void visit(const pugi::xml_node &node, int) override {
        if (node.type() != pugi::node_pcdata) return;
        std::string text = node.value();
        if (longest.size() < 16 || text.size() > longest.back().size()) {
            longest.push_back(text);
            std::sort(longest.begin(), longest.end(), [](const std::string &a, const std::string &b) {
                return a.size() != b.size() ? a.size() > b.size() : a < b;
            });
            if (longest.size() > 16) longest.pop_back();
        }
    }
    unsigned long result() const override {
        unsigned long sum = 0;
        for (const auto &text : longest) sum = sum * 131 + text.size();
        return sum;
    }
};

void walk(const pugi::xml_node &node, int depth, const std::vector<std::unique_ptr<Visitor>> &visitors) {
    for (const auto &visitor : visitors) visitor->visit(node, depth);
    for (const auto &child : node.children()) walk(child, depth + 1, visitors);
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: xmlwalk FILE ROUNDS\n");
        return 2;
    }
    std::vector<std::unique_ptr<Visitor>> visitors;
    visitors.push_back(std::make_unique<NameCounter>());
    visitors.push_back(std::make_unique<TextHasher>());
    visitors.push_back(std::make_unique<AttributeSum>());
    visitors.push_back(std::make_unique<LongestText>());
    for (int round = 0; round < std::atoi(argv[2]); round++) {
        pugi::xml_document document;
        if (!document.load_file(argv[1])) return 1;
        walk(document, 0, visitors);
    }
    for (const auto &visitor : visitors) std::printf("%lu\n", visitor->result());
    return 0;
}
