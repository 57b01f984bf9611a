package codegen.compiler;

import codegen.runtime.Pack;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;

/**
 * Class files in memory, in front of the platform and of what programs are given.
 *
 * <p>There is no source path, and no file but those of the class path that the manager behind has.
 */
final class Classes extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ClassFile> made = new LinkedHashMap<>();

    Classes(JavaFileManager behind) {
        super(behind);
    }

    /** Returns the class files that were made here, in their order, and which of them have a `main`. */
    List<Pack.Entry> made(List<String> mains) {
        List<Pack.Entry> found = new ArrayList<>();
        for (ClassFile file : made.values()) {
            if (!file.given) {
                found.add(new Pack.Entry(file.name, mains.contains(file.name), file.bytes()));
            }
        }
        return found;
    }

    /** Shows a class of another compilation. */
    void add(Pack.Entry seen) {
        made.put(seen.name(), new ClassFile(seen.name(), seen.data()));
    }

    @Override
    public boolean hasLocation(Location location) {
        return location != StandardLocation.SOURCE_PATH
                && location != StandardLocation.ANNOTATION_PROCESSOR_PATH
                && super.hasLocation(location);
    }

    @Override
    public Iterable<JavaFileObject> list(
            Location location, String folder, Set<JavaFileObject.Kind> kinds, boolean recurse)
            throws IOException {
        if (location != StandardLocation.CLASS_PATH) {
            return super.list(location, folder, kinds, recurse);
        }
        List<JavaFileObject> found = new ArrayList<>();
        for (ClassFile file : made.values()) {
            if (kinds.contains(JavaFileObject.Kind.CLASS) && file.folder().equals(folder)) {
                found.add(file);
            }
        }
        super.list(location, folder, Set.of(JavaFileObject.Kind.CLASS), recurse).forEach(found::add);
        return found;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return file instanceof ClassFile ours ? ours.name : super.inferBinaryName(location, file);
    }

    @Override
    public boolean contains(Location location, FileObject file) throws IOException {
        return !(file instanceof ClassFile || file instanceof Source) && super.contains(location, file);
    }

    @Override
    public boolean isSameFile(FileObject one, FileObject other) {
        return one.equals(other);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
            Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
        return made.computeIfAbsent(name, each -> new ClassFile(each, null));
    }

    @Override
    public FileObject getFileForInput(Location location, String folder, String name) {
        return null;
    }

    private static final class ClassFile extends SimpleJavaFileObject {
        private final String name;
        private final boolean given;
        private byte[] data;
        private ByteArrayOutputStream sink;

        ClassFile(String name, byte[] data) {
            super(URI.create("memory:///" + name.replace('.', '/') + ".class"), Kind.CLASS);
            this.name = name;
            this.given = data != null;
            this.data = data;
        }

        String folder() {
            return name.substring(0, Math.max(name.lastIndexOf('.'), 0));
        }

        byte[] bytes() {
            if (data == null) {
                data = sink.toByteArray();
            }
            return data;
        }

        @Override
        public InputStream openInputStream() {
            return new ByteArrayInputStream(bytes());
        }

        @Override
        public OutputStream openOutputStream() {
            sink = new ByteArrayOutputStream();
            return sink;
        }
    }
}
