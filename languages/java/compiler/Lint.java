package codegen.compiler;

import com.google.errorprone.ErrorProneJavacPlugin;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.ToolProvider;

/**
 * Looks at the solution without making anything: by `-Xlint` options, or with Error Prone where an
 * option begins with `-Xep`.
 */
final class Lint {
    private static final List<String> ALWAYS = List.of("-proc:none", "-Xmaxwarns", "200");

    private Lint() {}

    static void run(Request request, Findings findings) throws IOException {
        List<String> plugin = new ArrayList<>();
        List<String> options = new ArrayList<>(ALWAYS);
        request.lint().forEach(each -> (each.startsWith("-Xep") ? plugin : options).add(each));
        if (!plugin.isEmpty()) {
            findings.ofPluginAlone();
            options.addAll(List.of("-XDcompilePolicy=simple", "--should-stop=ifError=FLOW"));
        }
        try (Classes memory = new Classes(Platform.GIVEN.manager())) {
            JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                    .getTask(null, memory, findings, options, null, request.files());
            task.setLocale(Locale.ENGLISH);
            if (!plugin.isEmpty()) {
                new ErrorProneJavacPlugin().init(task, plugin.toArray(String[]::new));
            }
            task.analyze();
        }
    }
}
