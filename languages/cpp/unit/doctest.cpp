// Test cases of doctest: each that ends is attested, by what doctest itself says of it.

#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <codegen/doctest.h>
#include <codegen/unit.hpp>

#include <map>
#include <string>

#include "channel.hpp"

namespace codegen_unit {

extern const char* running;

namespace {

const Program* current = nullptr;
const char* canary_name = "";
int canary_failures = -1;
Text extra;  // what failed beyond the tests that are known

// Where a failed assertion is, and what was compared.
std::string told(const doctest::AssertData& data) {
    std::string text = std::string(data.m_file) + ":" + std::to_string(data.m_line) + ": ";
    text += doctest::assertString(data.m_at);
    Text said;
    said.add_plain(data.m_expr);
    text += "( " + std::string(said.ended()) + " )";
    if (data.m_threw) return text + " threw " + data.m_exception.c_str();
    const char* decomposed = data.m_decomp.c_str();
    return *decomposed ? text + " is not correct, values: " + decomposed : text;
}

class Attesting : public doctest::IReporter {
public:
    explicit Attesting(const doctest::ContextOptions&) {}

    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_message(const doctest::MessageData&) override {}

    void test_case_start(const doctest::TestCaseData& data) override {
        test = find(data);
        running = test ? test->name : nullptr;
        message.clear();
        asserted = false;
    }

    void test_case_exception(const doctest::TestCaseException& thrown) override {
        message += std::string(message.empty() ? "" : "\n") + "uncaught exception: " + thrown.error_string.c_str();
    }

    void log_assert(const doctest::AssertData& data) override {
        if (!data.m_failed) return;
        asserted = asserted || !data.m_threw;
        if (message.size() < 2000) message += (message.empty() ? "" : "\n") + told(data);
    }

    void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
        running = nullptr;
        if (!test) {
            if (is_canary) {
                canary_failures = stats.numAssertsFailedCurrentTest;
            } else if (!stats.testCaseSuccess && extra.size == 0) {
                extra.add("[");
                extra.add_quoted(name.c_str());
                extra.add(",\"failed\",");
                extra.add_quoted(message.substr(0, 2000).c_str());
                extra.add("]");
            }
            return;
        }
        if (stats.testCaseSuccess) return attest(test->name, "passed", "", test->passed);
        attest(test->name, asserted ? "failed" : "error", message.c_str(), nullptr);
    }

    void test_case_skipped(const doctest::TestCaseData& data) override {
        const Test* skipped = find(data);
        if (skipped) attest(skipped->name, "skipped", "doctest::skip", skipped->skipped);
    }

private:
    const Test* test = nullptr;
    bool is_canary = false;
    bool asserted = false;
    std::string name;
    std::string message;
    std::map<std::string, int> seen;

    // The second test of a name is known as `name (2)`.
    const Test* find(const doctest::TestCaseData& data) {
        name = data.m_name;
        is_canary = name == canary_name;
        const std::string scenario = "  Scenario: ";
        if (name.compare(0, scenario.size(), scenario) == 0) name.erase(0, scenario.size());
        const int number = ++seen[name];
        if (number > 1) name += " (" + std::to_string(number) + ")";
        for (unsigned i = 0; i < current->count; ++i) {
            if (name == current->tests[i].known) return &current->tests[i];
        }
        return nullptr;
    }
};

}  // namespace

int run_doctest(const Program& program, const char* canary, int ways) {
    if (!receive()) return 1;
    current = &program;
    canary_name = canary;
    doctest::registerReporter<Attesting>("codegen", 1, true);
    doctest::Context context;
    context.setOption("reporters", "codegen");
    context.setOption("order-by", "file");
    context.setOption("no-breaks", true);
    context.run();
    attest_end(program.end, after(program, canary_failures == ways ? "" : "CHECK"), extra.ended());
    leave(0);
}

}  // namespace codegen_unit
