package codegen.compiler;

import codegen.runtime.Pack;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** One request: the solution is compiled by itself, then its tests against what came of it. */
final class Task {
    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
    private static final List<String> ALWAYS = List.of("-proc:none", "-Xmaxerrs", "100", "-Xmaxwarns", "200");

    private final Request request;
    private final Findings findings = new Findings();

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
        List<Pack.Entry> solution = compiled(request.files(), List.of(), Platform.GIVEN);
        List<Pack.Entry> tests = findings.broken() || request.tests().isEmpty()
                ? List.of() : compiled(request.tests(), solution, Platform.TESTING);
        if (findings.broken()) {
            return new Answer(Answer.BROKEN, findings.toString(), Map.of());
        }
        byte[] made = Pack.written(solution, tests, request.key());
        return new Answer(Answer.GOOD, findings.toString(), Map.of(request.output(), made));
    }

    /** Returns the classes of sources that see other classes; without a meaning if something is broken. */
    private List<Pack.Entry> compiled(List<Source> sources, List<Pack.Entry> seen, Platform platform)
            throws IOException {
        try (Classes memory = new Classes(platform.manager())) {
            seen.forEach(memory::add);
            JavacTask task = (JavacTask) JAVAC.getTask(null, memory, findings, ALWAYS, null, sources);
            task.setLocale(Locale.ENGLISH);
            List<String> mains = parsed(task, seen);
            if (findings.broken()) {
                return List.of();
            }
            task.generate();
            List<Pack.Entry> made = memory.made(mains);
            return platform == Platform.TESTING ? made.stream().map(Task::redirected).toList() : made;
        }
    }

    private static Pack.Entry redirected(Pack.Entry made) {
        return new Pack.Entry(made.name(), made.main(), Redirection.of(made.data()));
    }

    private List<String> parsed(JavacTask task, List<Pack.Entry> seen) throws IOException {
        List<String> mains = new ArrayList<>();
        String text = String.join("\n", request.tests().stream().map(Source::text).toList());
        Rules rules = new Rules(findings, text);
        Trees trees = Trees.instance(task);
        for (CompilationUnitTree unit : task.parse()) {
            mains.addAll(Rules.mains(unit));
            if (!seen.isEmpty()) {
                rules.checkNew(unit, trees, seen);
            } else {
                rules.check(unit, trees);
            }
        }
        return mains;
    }
}
