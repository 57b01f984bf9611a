// What a solution may not declare beside native tests: what would compare the library's own values, and
// additions to namespace std other than specialisations of its class templates and streaming.
//
// It looks at words, not at meaning: a comparison must take a type that the solution declares, by its name.

#include "tool.hpp"

#include <cctype>
#include <cstdlib>
#include <set>

namespace tool {
namespace {

struct Word {
    std::string text;
    int line;
};

bool name(const std::string& word) { return std::isalpha(static_cast<unsigned char>(word[0])) || word[0] == '_'; }

// The words of a preprocessed source, without its texts; lines are those of its markers.
std::vector<Word> words(const std::string& text) {
    static const char* const longest[] = {"<=>", "...", "::", "==", "!=", "<=", "&&", "||", "->", "[[", "]]"};
    std::vector<Word> found;
    int line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const char one = text[at];
        if (one == '#' && (at == 0 || text[at - 1] == '\n')) {
            const std::size_t end = text.find('\n', at);
            if (text[at + 1] == ' ') line = std::atoi(text.c_str() + at + 2) - 1;
            at = end == std::string::npos ? text.size() : end;
        } else if (one == '\n' || std::isspace(static_cast<unsigned char>(one))) {
            line += one == '\n';
            ++at;
        } else if (std::isalnum(static_cast<unsigned char>(one)) || one == '_') {
            std::size_t end = at;
            while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_' ||
                   (text[end] == '\'' && std::isdigit(static_cast<unsigned char>(one))))) ++end;
            const std::string word = text.substr(at, end - at);
            if (text[end] == '"' && word.back() == 'R') {
                const std::size_t open = text.find('(', end);
                const std::string close = ")" + text.substr(end + 1, open - end - 1) + "\"";
                const std::size_t stop = text.find(close, open);
                for (; at < stop && at < text.size(); ++at) line += text[at] == '\n';
                at = stop == std::string::npos ? text.size() : stop + close.size();
            } else {
                found.push_back({word, line});
                at = end;
            }
        } else if (one == '"' || one == '\'') {
            for (++at; at < text.size() && text[at] != one; ++at) at += text[at] == '\\';
            ++at;
        } else {
            std::string word(1, one);
            for (const char* each : longest) {
                if (text.compare(at, std::string(each).size(), each) == 0) { word = each; break; }
            }
            found.push_back({word, line});
            at += word.size();
        }
    }
    return found;
}

class Rules {
public:
    explicit Rules(const std::string& text) : all(words(text)) {}

    Refusal check() {
        for (std::size_t at = 0; at < all.size(); ++at) declares(at);
        for (const std::string& each : taken) own.erase(each);
        scopes();
        return found;
    }

private:
    std::vector<Word> all;
    std::set<std::string> own, taken{
        "vector", "string", "string_view", "array", "list", "deque", "map", "set", "multimap", "multiset", "pair", "tuple",
        "optional", "variant", "complex", "unordered_map", "unordered_set", "basic_string", "span", "bitset", "any"};
    Refusal found{"", 0};

    const std::string& word(std::size_t at) const {
        static const std::string none;
        return at < all.size() ? all[at].text : none;
    }

    // Notes the types that are declared here; a name that is something else as well is none of them.
    void declares(std::size_t at) {
        const std::string& kind = word(at);
        if (kind == "struct" || kind == "class" || kind == "union" || kind == "enum" || kind == "typename") {
            std::size_t next = at + 1;
            if (kind == "enum" && (word(next) == "class" || word(next) == "struct")) ++next;
            const std::string& after = word(next + 1);
            if (!name(word(next) + "0")) return;
            if (after == "{" || after == ":" || after == ";" || after == "final") own.insert(word(next));
            else if (after == "," || after == ">" || after == "=" || word(at + 1) == "...") taken.insert(word(next));
        } else if (kind == "using" && word(at + 2) == "=") {
            (direct(at + 3, at + 64) ? own : taken).insert(word(at + 1));
        }
    }

    // Whether a type is one of the solution's, named as such: `const shapes::Point<T>&`.
    bool direct(std::size_t at, std::size_t end) const {
        while (word(at) == "const" || word(at) == "struct" || word(at) == "class" || word(at) == "enum" || word(at) == "typename" || word(at) == "::") ++at;
        while (at + 1 < end && word(at + 1) == "::" && word(at) != "std") at += 2;
        if (at >= end || own.count(word(at)) == 0) return false;
        std::size_t next = at + 1;
        if (word(next) == "<") next = closing(next, "<", ">") + 1;
        return word(next) != "::";
    }

    std::size_t closing(std::size_t at, const char* open, const char* close) const {
        int depth = 0;
        for (; at < all.size(); ++at) {
            depth += word(at) == open;
            if (word(at) == close && --depth == 0) return at;
        }
        return all.size();
    }

    // Goes through the scopes: in std, in a class, or in a body, where nothing is declared for others.
    void scopes() {
        std::vector<char> open;
        std::size_t start = 0;
        for (std::size_t at = 0; at < all.size() && found.line == 0; ++at) {
            const std::string& one = word(at);
            const char where = open.empty() ? 'n' : open.back();
            if (one == "operator" && where != 'b') compares(at, where, start);
            if (one == "(" && where != 'b') at = closing(at, "(", ")");  // braces among parameters open no scope
            if (one == "{") {
                const char kind = opened(start, at);
                if (where == 's' && kind != 's') streams(start, at);
                open.push_back(where == 'b' ? 'b' : kind);
                start = at + 1;
            } else if (one == "}") {
                if (!open.empty()) open.pop_back();
                start = at + 1;
            } else if (one == ";") {
                if (where == 's' && start < at) streams(start, at);
                start = at + 1;
            }
        }
    }

    char opened(std::size_t start, std::size_t at) const {
        for (std::size_t i = start; i < at; ++i) {
            if (word(i) == "namespace") {
                for (std::size_t j = i + 1; j < at; ++j) if (word(j) == "std") return 's';
                return 'n';
            }
            if (word(i) == "extern" && i + 1 == at) return 'n';
        }
        std::size_t i = start;
        while (word(i) == "template" && i < at) i = closing(i + 1, "<", ">") + 1;
        for (; i < at; ++i) {
            if (word(i) == "(" || word(i) == "=") return 'b';
            if (word(i) == "struct" || word(i) == "class" || word(i) == "union") return 'c';
        }
        return 'b';
    }

    // In std: only a class template's specialisation, or what writes and reads a stream.
    void streams(std::size_t start, std::size_t at) {
        std::size_t i = start;
        while (word(i) == "template" && i < at) i = closing(i + 1, "<", ">") + 1;
        const bool special = i > start && (word(i) == "struct" || word(i) == "class") && word(i + 2) == "<";
        bool streaming = false;
        for (std::size_t j = start; j < at; ++j) {
            streaming |= word(j) == "operator" && (word(j + 1) == "<" || word(j + 1) == ">") && word(j + 2) == word(j + 1);
        }
        if (!special && !streaming) found = {"namespace std is the library's: only its class templates are specialised", all[start].line};
    }

    void compares(std::size_t at, char where, std::size_t start) {
        static const std::set<std::string> kinds{"==", "!=", "<", ">", "<=", "<=>", "&&", "||", "!", ",", "&"};
        std::string kind = word(at + 1);
        std::size_t open = at + 2;
        if (kind == ">" && word(open) == "=") ++open;
        if (kinds.count(kind) == 0 || word(open) == kind) return;  // a shift
        if (word(open) == "<") open = closing(open, "<", ">") + 1;
        bool member = where == 'c';
        for (std::size_t i = start; i < at; ++i) member = member && word(i) != "friend";
        if (word(open) != "(" || member) return;
        const std::size_t end = closing(open, "(", ")");
        if (word(at - 1) == "::" && word(at - 2) != "std") return;  // a member, defined outside of its class
        int depth = 0;
        bool known = direct(open + 1, end);
        for (std::size_t i = open + 1; i < end; ++i) {
            depth += word(i) == "<" || word(i) == "(";
            depth -= word(i) == ">" || word(i) == ")";
            if (word(i) == "," && depth == 0) known = known || direct(i + 1, end);
        }
        if (!known) found = {"operator" + kind + " has no parameter of a type that the solution declares", all[at].line};
    }
};

}  // namespace

Refusal refused(const std::string& text) { return Rules(text).check(); }

}  // namespace tool
