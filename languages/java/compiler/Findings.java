package codegen.compiler;

import com.sun.tools.javac.api.ClientCodeWrapper;
import com.sun.tools.javac.util.JCDiagnostic;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticListener;
import javax.tools.JavaFileObject;

/** What the compiler and its plugin found, one line each: `file:line:column: error: message [rule]`. */
final class Findings implements DiagnosticListener<JavaFileObject> {
    private static final Pattern NAMED = Pattern.compile("^\\[([A-Z]\\w+)\\] (.*)$", Pattern.DOTALL);
    private static final Pattern NOWHERE = Pattern.compile("= \\.(\\w+)\\(");
    private static final String GLUE = "CodegenCall.java";
    private static final int MOST = 200;
    private static final int MOST_LETTERS = 1000;

    private final StringBuilder said = new StringBuilder();
    private int count;
    private boolean broken;
    private boolean pluginAlone;

    /** Leaves out the compiler's own warnings from now on. */
    void ofPluginAlone() {
        pluginAlone = true;
    }

    /** Whether one of them is an error. */
    boolean broken() {
        return broken;
    }

    @Override
    public String toString() {
        return said.toString();
    }

    @Override
    public void report(Diagnostic<? extends JavaFileObject> found) {
        boolean error = found.getKind() == Diagnostic.Kind.ERROR;
        if (!error && found.getKind() == Diagnostic.Kind.NOTE) {
            return;
        }
        String name = "";
        String message = found.getMessage(Locale.ENGLISH);
        if (found.getSource() instanceof Source source) {
            name = source.getName();
            message = name.equals(GLUE) ? called(source.line(found.getLineNumber()), message) : message;
        }
        say(name, found.getLineNumber(), found.getColumnNumber(), error, message, rule(found));
    }

    /** Explains an error in the file that calls the solution, which its author has not seen. */
    private static String called(String line, String message) {
        Matcher nowhere = NOWHERE.matcher(line);
        return nowhere.find()
                ? "no class of the solution has a method `" + nowhere.group(1) + "`"
                : "the solution is called as `" + line + "`: " + message;
    }

    /** Adds an error that is not the compiler's. */
    void error(String file, long line, String message, String rule) {
        say(file, line, 1, true, message, rule);
    }

    private void say(String file, long line, long column, boolean error, String message, String rule) {
        Matcher named = NAMED.matcher(message);
        boolean plugin = !error && named.matches();
        broken |= error;
        if (!error && pluginAlone && !plugin || count++ >= MOST) {
            return;
        }
        said.append(file).append(':').append(Math.max(line, 0)).append(':').append(Math.max(column, 0));
        said.append(error ? ": error: " : ": warning: ").append(oneLine(plugin ? named.group(2) : message));
        said.append(" [").append(plugin ? named.group(1) : rule).append("]\n");
    }

    private static String oneLine(String message) {
        String joined = message.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("; *\\(see https?:.*", "");
        return joined.length() > MOST_LETTERS ? joined.substring(0, MOST_LETTERS) : joined;
    }

    /** Returns the lint category, else the compiler's own name for what it found. */
    private static String rule(Diagnostic<? extends JavaFileObject> found) {
        if (found instanceof ClientCodeWrapper.DiagnosticSourceUnwrapper wrapped) {
            JCDiagnostic inner = wrapped.d;
            if (inner.hasLintCategory()) {
                return inner.getLintCategory().option;
            }
        }
        String code = found.getCode() == null ? "javac" : found.getCode();
        return code.replaceFirst("^compiler\\.(err|warn|misc)\\.", "");
    }
}
