// What a preprocessed source comes to without the text of the headers.
//
// No macro of the solution is left in it, so none can reach the tests that follow it in their
// translation unit, and no directive either: a `#` that macros made at the start of a line would
// be one there, so it is looked for here, outside of raw strings.

#include "tool.hpp"

#include <cctype>
#include <cstdlib>

namespace tool {
namespace {

bool starts(const std::string& text, std::size_t at, const char* with) {
    return text.compare(at, std::string(with).size(), with) == 0;
}

// A line marker of the preprocessor: # LINE "FILE" FLAGS
struct Marker {
    std::string place;  // `# LINE "FILE"`
    std::string file;
    bool enters = false;
    bool returns = false;
    bool system = false;
};

bool marker(const std::string& line, Marker& found) {
    if (!starts(line, 0, "# ") || line.size() < 4 || !std::isdigit(static_cast<unsigned char>(line[2]))) return false;
    const std::size_t open = line.find('"'), close = line.rfind('"');
    if (open == std::string::npos || close <= open) return false;
    found.place = line.substr(0, close + 1);
    found.file = line.substr(open + 1, close - open - 1);
    found.returns = line.find(" 2", close) != std::string::npos;
    found.enters = line.find(" 1", close) != std::string::npos;
    found.system = line.find(" 3", close) != std::string::npos;
    return true;
}

bool identifier(char one) { return std::isalnum(static_cast<unsigned char>(one)) || one == '_'; }

// Follows string literals from line to line, which only raw ones go beyond.
class Lexer {
public:
    bool inside() const { return !end.empty(); }

    // Takes a line; returns whether it starts outside of a raw string.
    bool take(const std::string& line) {
        const bool outside = end.empty();
        std::size_t at = 0;
        if (!outside) {
            at = line.find(end);
            if (at == std::string::npos) return false;
            at += end.size();
            end.clear();
        }
        while (at < line.size()) at = token(line, at);
        return outside;
    }

private:
    std::string end;  // what closes the raw string that is open

    std::size_t token(const std::string& line, std::size_t at) {
        const char one = line[at];
        if (one == '"' || one == '\'') return quoted(line, at);
        if (!identifier(one)) return at + 1;
        const bool number = std::isdigit(static_cast<unsigned char>(one));
        std::size_t stop = at;
        while (stop < line.size() && (identifier(line[stop]) || (number && separates(line, stop)))) ++stop;
        const std::string word = line.substr(at, stop - at);
        const bool raw = word == "R" || word == "LR" || word == "uR" || word == "UR" || word == "u8R";
        if (!raw || stop == line.size() || line[stop] != '"') return stop;
        return open(line, stop);
    }

    static bool separates(const std::string& line, std::size_t at) {
        return line[at] == '\'' && at + 1 < line.size() && identifier(line[at + 1]);
    }

    static std::size_t quoted(const std::string& line, std::size_t at) {
        const char quote = line[at++];
        while (at < line.size() && line[at] != quote) at += line[at] == '\\' ? 2 : 1;
        return at + 1;
    }

    std::size_t open(const std::string& line, std::size_t at) {
        const std::size_t paren = line.find('(', at);
        if (paren == std::string::npos) return line.size();
        end = ")" + line.substr(at + 1, paren - at - 1) + "\"";
        const std::size_t close = line.find(end, paren);
        if (close == std::string::npos) return line.size();
        const std::size_t after = close + end.size();
        end.clear();
        return after;
    }
};

// Whether a line would be a directive of its own making: the preprocessor indents such a `#`.
bool directive(const std::string& line) {
    const std::size_t at = line.find_first_not_of(" \t\v\f");
    return at != std::string::npos && at > 0 && (line[at] == '#' || starts(line, at, "%:"));
}

std::string included(const std::string& file, const std::string& macros) {
    if (starts(file, 0, (macros + "/").c_str())) return "#include <" + file.substr(macros.size() + 1) + ">";
    const bool ours = starts(file, 0, "/usr/") && file.find("..") == std::string::npos;
    return ours ? "#include <" + file + ">" : "";
}

bool dull(const std::string& file, const std::string& macros) {
    return file.empty() || file[0] == '<' || starts(file, 0, macros.substr(0, macros.rfind('/')).c_str());
}

}  // namespace

Expansion keep_own(const std::string& expanded, const std::string& macros, const std::string& source) {
    Expansion result{"", 0};
    Lexer lexer;
    bool own = false;
    int line = 0;
    for (const std::string& text : lines(expanded)) {
        Marker found;
        if (!lexer.inside() && marker(text, found)) {
            const bool inside = found.system && !found.enters && !found.returns;  // a header's macro
            const bool now = inside ? own : !found.system && !dull(found.file, macros);
            const std::string again = own && !now && found.enters ? included(found.file, macros) : "";
            if (!again.empty()) result.text += again + "\n";
            if (now) result.text += found.place + (found.system ? " 3\n" : "\n");
            own = now;
            line = std::atoi(text.c_str() + 2) - 1;
            continue;
        }
        ++line;
        if (!own) continue;
        if (lexer.take(text) && directive(text)) return {"", line};
        result.text += text + "\n";
    }
    result.text += "\n# 1 \"" + source + "\"\n";
    return result;
}

}  // namespace tool
