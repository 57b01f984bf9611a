// Files and child processes.

#include "tool.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace tool {

Layout::Layout() {
    char path[4096];
    const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    const std::string own(path, size > 0 ? static_cast<std::size_t>(size) : 0);
    root = own.substr(0, own.rfind("/bin/"));
}

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> found;
    std::istringstream from(text);
    for (std::string line; std::getline(from, line);) found.push_back(line);
    return found;
}

Output run(const std::vector<std::string>& words) {
    int ends[2];
    if (pipe(ends) != 0) return {127, ""};
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        std::vector<char*> argv;
        for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
        argv.push_back(nullptr);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    close(ends[1]);
    Output done{127, ""};
    char block[1 << 16];
    for (ssize_t size; (size = ::read(ends[0], block, sizeof block)) > 0;) {
        done.text.append(block, static_cast<std::size_t>(size));
    }
    close(ends[0]);
    int status = 0;
    if (waitpid(child, &status, 0) == child) {
        done.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return done;
}

void write_solution(const std::string& folder, const std::string& text) {
    mkdir(folder.c_str(), 0755);
    std::ofstream(folder + "/solution.cpp", std::ios::binary) << text;
    for (const char* name : {"/solution.hpp", "/solution.h", "/solution.hh"}) {
        std::ofstream(folder + name) << "#pragma once\n#include \"solution.cpp\"\n";
    }
}

}  // namespace tool
