// What the sanitizers' runtime is told, where a program is built with them.

// Leaks are looked for by tracing the process, which nothing in a sandbox may do.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0:allocator_may_return_null=1:print_legend=0";
}

extern "C" const char* __ubsan_default_options() { return "print_stacktrace=0"; }
