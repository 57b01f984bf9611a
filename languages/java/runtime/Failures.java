package codegen.runtime;

/** How a test failed: by what it asserts, or by what it could not. */
final class Failures {
    private Failures() {}

    /** Returns `failed` for what the tests themselves have thrown, else `error`. */
    static String kind(Throwable error, Program program) {
        if (error instanceof AssertionError) {
            return "failed";
        }
        StackTraceElement[] trace = Faults.trace(error);
        boolean thrownByTests = trace.length > 0 && program.tests().contains(trace[0].getClassName());
        return thrownByTests && !(error instanceof VirtualMachineError) ? "failed" : "error";
    }

    /** Returns what was thrown, and the innermost place in the tests, else in the solution. */
    static String described(Throwable error) {
        boolean inTests = Faults.line(error, Program.TESTS) > 0;
        boolean inSolution = Faults.line(error, Program.SOLUTION) > 0;
        boolean told = error instanceof AssertionError && inTests || !inSolution;
        return Faults.described(error, told ? Program.TESTS : Program.SOLUTION);
    }
}
