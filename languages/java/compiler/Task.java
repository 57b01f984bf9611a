package codegen.compiler;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** One request: the solution is compiled by itself, then its tests against what came of it. */
final class Task {
    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
    private static final List<String> ALWAYS = List.of("-proc:none", "-Xmaxerrs", "100", "-Xmaxwarns", "200");

    private final Request request;
    private final Findings findings = new Findings();
    private final StringBuilder listed = new StringBuilder();

    private Task(Request request) {
        this.request = request;
    }

    /** Answers a command; what goes wrong in the compiler itself is an answer too. */
    static Answer answered(List<String> argv, String cwd) {
        try {
            return new Task(Request.of(argv, cwd)).answer();
        } catch (IOException | ArrayIndexOutOfBoundsException error) {
            return new Answer(Answer.MISUSED, "error: " + error + "\n", Map.of());
        } catch (Throwable error) {
            return gaveUp(error);
        }
    }

    private static Answer gaveUp(Throwable error) {
        Throwable cause = error.getCause() instanceof VirtualMachineError ? error.getCause() : error;
        String why = cause instanceof OutOfMemoryError ? "it is out of memory"
                : cause instanceof StackOverflowError ? "the program is nested too deeply" : cause.toString();
        return new Answer(Answer.GAVE_UP, ":0:0: error: the compiler gave up: " + why + " [limit]\n", Map.of());
    }

    private Answer answer() throws IOException {
        if (!request.lint().isEmpty()) {
            Lint.run(request, findings);
            return new Answer(Answer.GOOD, findings.toString(), Map.of());
        }
        Map<String, byte[]> classes = new LinkedHashMap<>();
        compile(request.files(), "solution", classes, Platform.GIVEN);
        if (!findings.broken() && !request.tests().isEmpty()) {
            compile(request.tests(), "tests", classes, Platform.TESTING);
        }
        if (findings.broken()) {
            return new Answer(Answer.BROKEN, findings.toString(), Map.of());
        }
        Map<String, byte[]> files = new TreeMap<>();
        files.put(request.output() + ".jar", Jar.of(classes));
        files.put(request.output() + ".txt", listed.toString().getBytes("UTF-8"));
        return new Answer(Answer.GOOD, findings.toString(), files);
    }

    private void compile(
            List<Source> sources, String part, Map<String, byte[]> classes, Platform platform)
            throws IOException {
        try (Classes memory = new Classes(platform.manager())) {
            memory.add(classes);
            JavacTask task = (JavacTask) JAVAC.getTask(null, memory, findings, ALWAYS, null, sources);
            task.setLocale(Locale.ENGLISH);
            List<String> mains = parsed(task, part, classes);
            if (findings.broken()) {
                return;
            }
            task.generate();
            memory.made().forEach((name, bytes) -> {
                if (classes.put(name, bytes) == null) {
                    listed.append(part).append(' ').append(name);
                    listed.append(mains.contains(name) ? " main\n" : "\n");
                }
            });
        }
    }

    private List<String> parsed(JavacTask task, String part, Map<String, byte[]> classes)
            throws IOException {
        List<String> mains = new ArrayList<>();
        boolean tests = part.equals("tests");
        String text = String.join("\n", request.tests().stream().map(Source::text).toList());
        Rules rules = new Rules(findings, text);
        Trees trees = Trees.instance(task);
        for (CompilationUnitTree unit : task.parse()) {
            mains.addAll(Rules.mains(unit));
            if (tests) {
                rules.checkNew(unit, trees, classes.keySet());
            } else {
                rules.check(unit, trees);
            }
        }
        return mains;
    }
}
