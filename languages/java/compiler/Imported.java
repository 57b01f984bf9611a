package codegen.compiler;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;

/** What tests mean by a name that they do not import by itself: classes of `java.lang` and of whole packages. */
final class Imported {
    private static final Pattern WHOLE = Pattern.compile("\\bimport\\s+([\\w.]+)\\s*\\.\\s*\\*\\s*;");

    private final String tests;

    Imported(String tests) {
        this.tests = tests;
    }

    /** Whether the tests may mean a class of those by a name: by how they make one they may not. */
    boolean means(String name) {
        List<String> packages = new ArrayList<>(List.of("java.lang"));
        WHOLE.matcher(tests).results().forEach(found -> packages.add(found.group(1)));
        for (String each : packages) {
            Class<?> found = platforms(each + "." + name);
            if (found != null ? makes(found, name) : given(each, name)) {
                return true;
            }
        }
        return false;
    }

    private static Class<?> platforms(String name) {
        try {
            Class<?> found = Class.forName(name, false, ClassLoader.getPlatformClassLoader());
            return Modifier.isPublic(found.getModifiers()) ? found : null;
        } catch (ClassNotFoundException | LinkageError none) {
            return null;
        }
    }

    /** Whether a package of what tests are given has a class. */
    private static boolean given(String owner, String name) {
        JavaFileManager manager = Platform.TESTING.manager();
        Set<JavaFileObject.Kind> classes = Set.of(JavaFileObject.Kind.CLASS);
        try {
            for (JavaFileObject each : manager.list(StandardLocation.CLASS_PATH, owner, classes, false)) {
                String found = manager.inferBinaryName(StandardLocation.CLASS_PATH, each);
                if (found.equals(owner + "." + name)) {
                    return true;
                }
            }
        } catch (IOException error) {
            return true;
        }
        return false;
    }

    /** Whether a class can be made with as many arguments as the tests make one with, each time. */
    private boolean makes(Class<?> type, String name) {
        Matcher made = Pattern.compile("\\bnew\\s+" + Pattern.quote(name) + "\\s*(<[^>(]*>)?\\s*\\(").matcher(tests);
        while (made.find()) {
            long count = arguments(made.end());
            Stream<Constructor<?>> all = Stream.of(type.getDeclaredConstructors());
            boolean fits = type.isInterface() && count == 0
                    || all.anyMatch(each -> !Modifier.isPrivate(each.getModifiers())
                            && (each.isVarArgs() || each.getParameterCount() == count));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many arguments there are from a place after an opening parenthesis on. */
    private long arguments(int from) {
        long commas = 0;
        int depth = 0;
        boolean any = false;
        for (int at = from; at < tests.length(); at++) {
            char one = tests.charAt(at);
            if (one == '"') {
                at = closing(at);
            } else if (")]}".indexOf(one) >= 0 && depth-- == 0) {
                break;
            }
            depth += "([{".indexOf(one) >= 0 ? 1 : 0;
            commas += one == ',' && depth == 0 ? 1 : 0;
            any |= !Character.isWhitespace(one);
        }
        return any ? commas + 1 : 0;
    }

    private int closing(int quote) {
        int at = quote + 1;
        while (at < tests.length() && tests.charAt(at) != '"') {
            at += tests.charAt(at) == '\\' ? 2 : 1;
        }
        return at;
    }
}
