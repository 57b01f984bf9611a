// The little JSON that frames need. What is read was written by the verifier.
#pragma once

#include <string>
#include <vector>

namespace codegen_value {

class Reader {
public:
    explicit Reader(const std::string& text) : at(text.data()), end(at + text.size()) {}

    bool boolean();
    bool null();  // whether it is null, which is then read
    long long integer();
    double floating();
    std::string text();
    void open();
    bool more();  // whether another item comes; past the closing bracket where none does

    std::string doing;  // what an object is asked, for the message where that fails

private:
    const char* at;
    const char* end;

    char peek();
    std::string word();
    unsigned hex();
    unsigned code_point();
};

// Writes one result, which is bounded in size.
class Writer {
public:
    void boolean(bool value);
    void null();
    void integer(long long value);
    void natural(unsigned long long value);
    void floating(double value);
    void text(const std::string& value);
    void open();
    bool next();  // before an item; whether there is room
    void close();

    const std::string& out() const { return written; }
    std::string reply() const;  // the answer to the frame

private:
    std::string written;
    const char* wrong = nullptr;
    unsigned long nodes = 0;

    bool node();
};

// The operations that a frame names, one after another, and the list of their results.
class Operations {
public:
    explicit Operations(Reader& reader);
    bool next();
    bool is(const char* method) const { return names[number - 1] == method; }
    void add(const std::string& reply);  // of the operation that it is at
    std::string reply() const;

private:
    Reader& from;
    std::vector<std::string> names;
    std::size_t number = 0;
    std::string results;
    std::string wrong;
};

// Answers each frame with a call.
int serve(std::string (*call)(Reader&));

}  // namespace codegen_value
