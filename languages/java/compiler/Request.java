package codegen.compiler;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of a command: `[--lint OPTION]… [--tests FILE --key KEY] [--output FILE] FILE…`.
 *
 * <p>`files` make the solution, `tests` see it, JUnit and nothing else of ours. With lint options
 * nothing is generated.
 */
record Request(List<Source> files, List<Source> tests, List<String> lint, String output, String key) {
    static Request of(List<String> argv, String cwd) throws IOException {
        List<Source> files = new ArrayList<>();
        List<Source> tests = new ArrayList<>();
        List<String> lint = new ArrayList<>();
        String output = "";
        String key = "";
        for (int i = 0; i < argv.size(); i++) {
            switch (argv.get(i)) {
                case "--lint":
                    lint.add(argv.get(++i));
                    break;
                case "--tests":
                    tests.add(read(cwd, argv.get(++i)));
                    break;
                case "--output":
                    output = argv.get(++i);
                    break;
                case "--key":
                    key = argv.get(++i);
                    break;
                default:
                    files.add(read(cwd, argv.get(i)));
            }
        }
        return new Request(files, tests, lint, output, key);
    }

    private static Source read(String cwd, String name) throws IOException {
        return new Source(name, new String(Files.readAllBytes(Path.of(cwd, name)), StandardCharsets.UTF_8));
    }
}
