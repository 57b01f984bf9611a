package codegen.compiler;

import java.util.Map;

/** What a request came to: an exit code, lines for the reader, and files for the working folder. */
record Answer(int code, String said, Map<String, byte[]> files) {
    static final int GOOD = 0;
    static final int BROKEN = 1;
    static final int MISUSED = 2;
    static final int GAVE_UP = 3;
}
