package codegen.runtime;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The compiled program: its classes, and the thread that it runs in.
 *
 * <p>Run by itself, it is the solution's `main`, ending as `java` would end.
 */
public final class Program {
    static final String SOLUTION = "Solution.java";
    static final String TESTS = "SolutionTest.java";
    // deeper than Java's own; what unwinding compiled frames takes in memory is four times as much
    private static final long STACK_BYTES = 16L << 20;

    private final Loader loader = new Loader();
    private final List<String> tests = new ArrayList<>();
    private final List<String> mains = new ArrayList<>();

    /** Reads what the compiler made, with the key to the tests where they are what is to be run. */
    static Program read(String key) throws IOException, ClassNotFoundException {
        Memory.isFull(new AssertionError()); // loaded now: the program may leave no descriptor for it
        byte[] text = Files.readAllBytes(Path.of("program"));
        Program found = new Program();
        List<Pack.Entry> solution = Pack.read(text, null);
        found.loader.define(solution, null);
        List<Pack.Entry> last = solution;
        if (key != null) {
            last = Pack.read(text, key);
            found.loader.define(last, Loader.TESTS);
            last.forEach(each -> found.tests.add(each.name()));
        }
        last.stream().filter(Pack.Entry::main).forEach(each -> found.mains.add(each.name()));
        return found;
    }

    /** Returns the loader of the program's classes. */
    Loader loader() {
        return loader;
    }

    /** Returns the names of the classes that the tests declare. */
    List<String> tests() {
        return tests;
    }

    /** Runs a task to its end in a thread of its own, which is called as the program's first is. */
    void inThread(Runnable task) {
        Thread thread = new Thread(null, task, "main", STACK_BYTES);
        thread.setContextClassLoader(loader);
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
        Method main = Class.forName(mains.get(0), true, loader).getMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    /** Runs the solution as a program. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Program program = read(null);
        boolean[] good = new boolean[1];
        program.inThread(() -> good[0] = program.ends(arguments));
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
