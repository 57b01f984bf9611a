package codegen.runtime;

import java.net.URL;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The loader of a program's classes. All are defined at once, so that nothing is left to be read.
 *
 * <p>Whether assertions are checked is not for the program to change.
 */
final class Loader extends ClassLoader {
    /** Where the tests' classes are from. */
    static final ProtectionDomain TESTS =
            new ProtectionDomain(new CodeSource((URL) null, (Certificate[]) null), null);

    private final Map<String, Pack.Entry> waiting = new HashMap<>();
    private ProtectionDomain domain;

    Loader() {
        super(Loader.class.getClassLoader());
        super.setDefaultAssertionStatus(true);
    }

    /** Defines classes, each after those that it needs. */
    void define(List<Pack.Entry> entries, ProtectionDomain from) throws ClassNotFoundException {
        domain = from;
        entries.forEach(each -> waiting.put(each.name(), each));
        for (Pack.Entry each : entries) {
            if (waiting.containsKey(each.name())) {
                findClass(each.name());
            }
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        Pack.Entry found = waiting.remove(name);
        if (found == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, found.data(), 0, found.data().length, domain);
    }

    @Override
    public void setDefaultAssertionStatus(boolean enabled) {}

    @Override
    public void setPackageAssertionStatus(String name, boolean enabled) {}

    @Override
    public void setClassAssertionStatus(String name, boolean enabled) {}

    @Override
    public void clearAssertionStatus() {}
}
