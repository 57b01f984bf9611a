// Compiles C++ programs with what prepare.sh has laid out beside this program.
//
//   cxx expand SOURCE FOLDER     preprocess SOURCE alone and leave what it comes to in FOLDER
//   cxx build SOURCE ARGUMENT…   g++ with the precompiled header that SOURCE's own includes cover
//   cxx check SOURCE ARGUMENT…   the same, for its diagnostics only
//
// Not here: what the commands are for (language.toml) and the flags (prepare.sh).

#include "tool.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

namespace {

[[noreturn]] void become(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    std::cerr << argv[0] << ": " << std::strerror(errno) << '\n';
    std::_Exit(127);
}

std::vector<std::string> compiler(const tool::Layout& layout, const std::string& list) {
    std::vector<std::string> words{"g++"};
    for (const std::string& flag : tool::lines(tool::read(layout.file(list)))) words.push_back(flag);
    return words;
}

void add(std::vector<std::string>& words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
}

int expand(const tool::Layout& layout, const std::string& source, const std::string& folder) {
    std::vector<std::string> words = compiler(layout, "flags");
    add(words, {"-E", "-isystem", layout.file("macros"), "-include", layout.file("fence.h"), source});
    tool::Output done = tool::run(words);
    if (done.code != 0) return done.code;
    const tool::Expansion found = tool::keep_own(done.text, layout.file("macros"), source);
    if (found.stray != 0) {
        std::cerr << source << ':' << found.stray << ":1: error: stray '#' in program\n";
        return 1;
    }
    const tool::Refusal refusal = tool::refused(found.text);
    if (refusal.line != 0) {
        std::cerr << source << ':' << refusal.line << ":1: error: " << refusal.why << '\n';
        return 1;
    }
    tool::write_solution(folder, found.text);
    return 0;
}

bool sanitized(const std::vector<std::string>& words) {
    for (const std::string& word : words)
        if (word.rfind("-fsanitize", 0) == 0) return true;
    return false;
}

}  // namespace

int main(int count, char** argv) {
    const std::vector<std::string> given(argv + 1, argv + count);
    if (given.size() < 2) return 2;
    const tool::Layout layout;
    const std::vector<std::string> rest(given.begin() + 2, given.end());
    if (given[0] == "expand") return expand(layout, given[1], rest.at(0));
    std::vector<std::string> words = compiler(layout, "flags");
    // a precompiled header holds for the flags that it was made with
    if (!sanitized(rest)) add(words, tool::precompiled(layout, given[1], rest));
    if (given[0] == "build") add(words, tool::lines(tool::read(layout.file("build"))));
    add(words, rest);
    become(words);
}
