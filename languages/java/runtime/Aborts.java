package codegen.runtime;

import org.opentest4j.TestAbortedException;

/** Whether a test that gave up did so by its own assumption: skipping is for the tests to decide. */
final class Aborts {
    private Aborts() {}

    static boolean byTests(Throwable error, Program program) {
        if (error == null || error.getClass() != TestAbortedException.class) {
            return false;
        }
        for (StackTraceElement frame : Faults.trace(error)) {
            String name = frame.getClassName();
            if (!name.startsWith("org.junit.") && !name.startsWith("org.opentest4j.")) {
                return program.tests().contains(name);
            }
        }
        return false;
    }
}
