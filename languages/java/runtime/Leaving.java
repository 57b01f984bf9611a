package codegen.runtime;

/**
 * What `System.exit` is in the tests: the end of the tests, with a status.
 *
 * <p>In the solution it stays what it is, and so it does when the solution calls this.
 */
public final class Leaving extends Error {
    private static final long serialVersionUID = 1;

    private final int status;

    private Leaving(int status) {
        super("exit with status " + status, null, false, false);
        this.status = status;
    }

    /** Stands for `System.exit` where tests call it. */
    public static void exit(int status) {
        Class<?> caller =
                StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).getCallerClass();
        if (caller.getProtectionDomain() != Loader.TESTS) {
            System.exit(status);
        }
        throw new Leaving(status);
    }

    int status() {
        return status;
    }
}
