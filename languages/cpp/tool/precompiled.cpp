// Which precompiled header a source may have: one whose every header it includes itself, first thing.
//
// Standard headers may be included in any order and more than once, so such a program means the same
// with the precompiled header as without it, and a missing #include stays an error.

#include "tool.hpp"

#include <cctype>
#include <map>
#include <set>
#include <sstream>

namespace tool {
namespace {

using Words = std::set<std::string>;

// The headers that a source includes before anything else. Blank lines, line markers and comments
// of one line may be between.
Words head(const std::string& source) {
    Words found;
    for (const std::string& line : lines(source)) {
        const std::size_t at = line.find_first_not_of(" \t\r");
        if (at == std::string::npos || line.compare(at, 2, "//") == 0) continue;
        if (line[at] == '#' && line.size() > at + 2 && std::isdigit(static_cast<unsigned char>(line[at + 2]))) continue;
        const std::size_t word = line.find_first_not_of(" \t", at + 1);
        if (line[at] != '#' || word == std::string::npos || line.compare(word, 7, "include") != 0) break;
        const std::size_t open = line.find('<', word), close = line.find('>', word);
        if (open == std::string::npos || close == std::string::npos) break;
        found.insert(line.substr(open + 1, close - open - 1));
    }
    return found;
}

// The table that prepare.sh made: a header, and all that come with it.
Words covered(const Layout& layout, const Words& headers) {
    Words all = headers;
    for (const std::string& line : lines(read(layout.file("covers")))) {
        std::istringstream words(line);
        std::string header;
        words >> header;
        if (!headers.count(header)) continue;
        for (std::string word; words >> word;) all.insert(word);
    }
    return all;
}

// Whether a word of the text may be a name of a header that the light <bits/stdc++.h> leaves out.
bool heavy(const Layout& layout, const std::string& text) {
    const std::vector<std::string> beginnings = lines(read(layout.file("heavy.txt")));
    std::size_t at = 0;
    while (at < text.size()) {
        if (!std::isalpha(static_cast<unsigned char>(text[at])) && text[at] != '_') {
            ++at;
            continue;
        }
        std::size_t stop = at;
        while (stop < text.size() && (std::isalnum(static_cast<unsigned char>(text[stop])) || text[stop] == '_')) ++stop;
        for (const std::string& word : beginnings) {
            if (text.compare(at, word.size(), word) == 0 && word.size() <= stop - at) return true;
        }
        at = stop;
    }
    return false;
}

bool holds(const Words& all, const std::string& set) {
    std::istringstream words(set);
    for (std::string word; words >> word;) {
        if (!all.count(word)) return false;
    }
    return true;
}

}  // namespace

std::vector<std::string> precompiled(
    const Layout& layout, const std::string& source, const std::vector<std::string>& others
) {
    std::string text = read(source);
    const Words first = head(text);
    if (first.count("bits/stdc++.h")) {
        for (const std::string& other : others) {
            if (other.size() > 4 && other.compare(other.size() - 4, 4, ".cpp") == 0) text += read(other);
        }
        const std::string header = layout.file("light/bits/stdc++.h");
        if (heavy(layout, text)) return {"-include", header};
        return {"-isystem", layout.file("light"), "-include", header};
    }
    const Words all = covered(layout, first);
    int number = 0;
    for (const std::string& set : lines(read(layout.file("sets.txt")))) {
        ++number;
        if (holds(all, set)) return {"-include", layout.file("sets/" + std::to_string(number) + ".h")};
    }
    return {};
}

}  // namespace tool
