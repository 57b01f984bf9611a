// The parts of the compiler's front: files, child processes, precompiled headers, expansion.
#pragma once

#include <string>
#include <vector>

namespace tool {

// Where prepare.sh has put things: the folder above the one that this program is in.
class Layout {
public:
    Layout();
    std::string file(const std::string& name) const { return root + "/" + name; }

private:
    std::string root;
};

struct Output {
    int code;
    std::string text;
};

struct Expansion {
    std::string text;
    int stray;  // the line of a `#` that is no directive, or 0
};

struct Refusal {
    std::string why;
    int line;  // 0 where nothing is refused
};

std::string read(const std::string& path);  // empty where there is none
std::vector<std::string> lines(const std::string& text);
Output run(const std::vector<std::string>& words);

// What is left of a preprocessed source without the text of the headers: they are included again.
Expansion keep_own(const std::string& expanded, const std::string& macros, const std::string& source);

// What a solution beside native tests may not declare, in the text that keep_own leaves.
Refusal refused(const std::string& text);

// The expanded solution under the names by which tests include it.
void write_solution(const std::string& folder, const std::string& text);

// Arguments that load a precompiled header, where the first lines of the source include all of it.
std::vector<std::string> precompiled(
    const Layout& layout, const std::string& source, const std::vector<std::string>& others
);

}  // namespace tool
