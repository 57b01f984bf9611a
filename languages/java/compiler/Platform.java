package codegen.compiler;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** The class paths of a solution, and of tests; each manager is kept, for it knows where things are. */
enum Platform {
    GIVEN("given"),
    TESTING("given", "testing");

    private final StandardJavaFileManager manager;

    /** Takes the names of system properties that hold class paths. */
    Platform(String... properties) {
        manager = ToolProvider.getSystemJavaCompiler()
                .getStandardFileManager(null, Locale.ENGLISH, StandardCharsets.UTF_8);
        List<File> jars = new ArrayList<>();
        for (String property : properties) {
            for (String path : System.getProperty("codegen." + property, "").split(":")) {
                jars.add(new File(path));
            }
        }
        try {
            manager.setLocation(StandardLocation.CLASS_PATH, jars);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Returns the manager behind those of single compilations, which do not close it. */
    JavaFileManager manager() {
        return new ForwardingJavaFileManager<>(manager) {
            @Override
            public void close() {}
        };
    }
}
