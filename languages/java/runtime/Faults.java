package codegen.runtime;

/** What a program threw, told without the harness's own frames. */
final class Faults {
    private static final int MOST = 2000;

    private Faults() {}

    /** Returns the message, which may itself throw. */
    static String message(Throwable error) {
        try {
            String said = error.getMessage();
            return Json.cut(said == null ? "" : said, MOST);
        } catch (Throwable again) {
            return "";
        }
    }

    /** Returns the class, the message and the innermost place in the given source file. */
    static String described(Throwable error, String file) {
        String said = message(error);
        int line = line(error, file);
        String text = said.isEmpty() ? name(error) : name(error) + ": " + said;
        return line > 0 ? text + "\n  at " + file + ":" + line : text;
    }

    /** Returns what an error was made from, or null. */
    static Throwable cause(Throwable error) {
        try {
            return error.getCause();
        } catch (Throwable again) {
            return null;
        }
    }

    static String name(Throwable error) {
        return error.getClass().getName();
    }

    /** Returns the innermost line in a source file, or 0. */
    static int line(Throwable error, String file) {
        for (StackTraceElement frame : trace(error)) {
            if (file.equals(frame.getFileName())) {
                return frame.getLineNumber();
            }
        }
        return 0;
    }

    /** Returns the frames, of which a program may have made none. */
    static StackTraceElement[] trace(Throwable error) {
        try {
            return error.getStackTrace();
        } catch (Throwable again) {
            return new StackTraceElement[0];
        }
    }
}
