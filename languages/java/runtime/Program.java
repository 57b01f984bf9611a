package codegen.runtime;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The compiled program: its classes as `program.txt` lists them, and the thread that it runs in.
 *
 * <p>Run by itself, it is the solution's `main`, ending as `java` would end.
 */
public final class Program {
    static final String SOLUTION = "Solution.java";
    static final String TESTS = "SolutionTest.java";
    private static final long STACK_BYTES = 64L << 20; // as deep as the sandbox lets other languages go

    private final List<String> tests = new ArrayList<>();
    private final Set<String> mains = new LinkedHashSet<>();

    /** Reads what the compiler wrote: lines of `solution` or `tests`, a class, and `main` if it has one. */
    static Program read(String part) throws IOException {
        Program found = new Program();
        for (String line : Files.readAllLines(Path.of("program.txt"))) {
            String[] words = line.split(" ");
            if (words[0].equals("tests")) {
                found.tests.add(words[1]);
            }
            if (words[0].equals(part) && words.length > 2) {
                found.mains.add(words[1]);
            }
        }
        return found;
    }

    /** Returns the names of the classes that the tests declare. */
    List<String> tests() {
        return tests;
    }

    /** Runs a task to its end in a thread of its own, which is called as the program's first is. */
    static void inThread(Runnable task) {
        Thread thread = new Thread(null, task, "main", STACK_BYTES);
        thread.start();
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                continue; // a program may interrupt any thread
            }
        }
    }

    /** Calls the first `main`; throws what it throws. */
    void callMain(String... arguments) throws Throwable {
        if (mains.isEmpty()) {
            throw new NoSuchMethodException("there is no `public static void main(String[] args)`");
        }
        Method main = Class.forName(mains.iterator().next()).getMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    /** Runs the solution as a program. */
    public static void main(String[] arguments) throws IOException {
        Program program = read("solution");
        boolean[] good = new boolean[1];
        inThread(() -> good[0] = program.ends(arguments));
        if (!good[0]) {
            // ends this process with 1 once all threads have come to their end
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
            throw new IllegalStateException();
        }
    }

    private boolean ends(String[] arguments) {
        try {
            callMain(arguments);
            return true;
        } catch (Throwable error) {
            if (Memory.isFull(error)) {
                Memory.exhaust();
            }
            error.setStackTrace(Faults.trace(error));
            System.err.print("Exception in thread \"main\" ");
            error.printStackTrace();
            return false;
        }
    }
}
