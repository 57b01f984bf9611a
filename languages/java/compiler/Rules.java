package codegen.compiler;

import codegen.runtime.Pack;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;

/**
 * What a program may not declare: what it is given, and names by which its tests would get its own
 * things where they mean the platform's.
 */
final class Rules {
    private static final Pattern OURS =
            Pattern.compile("(codegen|org\\.(junit|opentest4j|apiguardian|javatuples))(\\..*)?");
    private static final Set<String> GIVEN = Set.of("Tuple2", "Tuple3", "Tuple4");
    private static final Set<String> CHECKING = Set.of(
            "Arrays", "AssertionError", "Assertions", "Boolean", "Character", "Collections", "Double", "Error",
            "Exception", "Float", "IllegalStateException", "Integer", "Long", "Math", "Number", "Object",
            "Objects", "RuntimeException", "StrictMath", "String", "System", "Throwable");
    private static final Pattern ASSERTION = Pattern.compile(
            "(assert(All|ArrayEquals|DoesNotThrow|Equals|False|InstanceOf|IterableEquals|LinesMatch"
                    + "|NotEquals|NotNull|NotSame|Null|Same|Throws|ThrowsExactly|Timeout"
                    + "|TimeoutPreemptively|True)|fail)");

    private final Findings findings;
    private final String tests;
    private final Imported imported;

    /** Takes the text of the tests, empty where there are none. */
    Rules(Findings findings, String tests) {
        this.findings = findings;
        this.tests = tests;
        this.imported = new Imported(tests);
    }

    /** Finds what a parsed file of the solution may not declare. */
    void check(CompilationUnitTree unit, Trees trees) {
        String owner = unit.getPackageName() == null ? "" : unit.getPackageName().toString();
        if (OURS.matcher(owner).matches()) {
            say(unit, unit.getPackageName(), trees, "the package " + owner + " is not a program's", "given");
        }
        if (unit.getModule() != null) {
            say(unit, unit.getModule(), trees, "a program is no module", "module");
        }
        List<String> used = new ArrayList<>();
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type && uses(type.getSimpleName().toString())) {
                used.add(type.getSimpleName().toString());
            }
        }
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type) {
                check(unit, type, owner, trees, used);
            }
        }
    }

    /** Finds classes of the tests that are there already. */
    void checkNew(CompilationUnitTree unit, Trees trees, List<Pack.Entry> there) {
        String owner = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type && has(there, owner + type.getSimpleName())) {
                String message = "duplicate class: " + owner + type.getSimpleName();
                say(unit, type, trees, message, "duplicate.class");
            }
        }
    }

    private static boolean has(List<Pack.Entry> there, String name) {
        return there.stream().anyMatch(each -> each.name().equals(name));
    }

    private void check(
            CompilationUnitTree unit, ClassTree type, String owner, Trees trees, List<String> used) {
        String name = type.getSimpleName().toString();
        if (owner.isEmpty() && GIVEN.contains(name)) {
            say(unit, type, trees, "the record " + name + " is given: do not declare it", "given");
        }
        // what is all that the tests use of the solution is what they test, whatever its name
        boolean taken = used.size() > 1 && used.contains(name) && imported.means(name);
        if (CHECKING.contains(name) && uses(name) || taken) {
            say(unit, type, trees, "the class " + name + " hides the one that the tests use", "hides");
        }
        for (Tree member : type.getMembers()) {
            boolean method = member instanceof MethodTree;
            String called = method ? ((MethodTree) member).getName().toString() : "";
            if (method && ASSERTION.matcher(called).matches() && extended(name) && uses(called)) {
                say(unit, member, trees, called + " hides the assertion that the tests use", "hides");
            }
        }
    }

    private boolean uses(String name) {
        return Pattern.compile("(?<![\\w.$])" + Pattern.quote(name) + "\\b").matcher(tests).find();
    }

    private boolean extended(String name) {
        return Pattern.compile("\\bextends\\s+" + Pattern.quote(name) + "\\b").matcher(tests).find();
    }

    private void say(CompilationUnitTree unit, Tree at, Trees trees, String message, String rule) {
        long start = trees.getSourcePositions().getStartPosition(unit, at);
        long line = start < 0 ? 0 : unit.getLineMap().getLineNumber(start);
        findings.error(unit.getSourceFile().getName(), line, message, rule);
    }

    /** Returns the names of a file's top-level classes that have a `main`, as Java calls them. */
    static List<String> mains(CompilationUnitTree unit) {
        List<String> found = new ArrayList<>();
        String owner = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type && type.getMembers().stream().anyMatch(Rules::isMain)) {
                found.add(owner + type.getSimpleName());
            }
        }
        return found;
    }

    private static boolean isMain(Tree member) {
        return member instanceof MethodTree method
                && method.getName().contentEquals("main")
                && method.getModifiers().getFlags().containsAll(Set.of(Modifier.PUBLIC, Modifier.STATIC))
                && method.getParameters().size() == 1;
    }
}
