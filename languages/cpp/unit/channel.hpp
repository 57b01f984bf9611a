// The private channel: frames come on descriptor 3, answers go to descriptor 4.
//
// System calls are made here and not through libc: the program may have functions of that name.
#pragma once

namespace codegen_unit {

struct Program;

bool receive();  // reads one frame, whose content the harness does not need
[[noreturn]] void leave(int code);

struct Text {
    char data[8192];
    unsigned size = 0;

    void add(const char* more);
    void add_plain(const char* more);  // without what asks an assertion twice
    void add_quoted(const char* more);
    void add_hex(const unsigned char* bytes, unsigned count);
    void add_number(unsigned long number);
    const char* ended();  // as a C string, cut where it is too long
};

void send(const Text& text);
void attest(const char* name, const char* outcome, const char* message, const unsigned char* seal);
// Says which canary is dead, and where none is, whether an equality was found out.
const char* after(const Program& program, const char* dead);
void attest_end(const unsigned char* seal, const char* canary, const char* extra = "");

}  // namespace codegen_unit
