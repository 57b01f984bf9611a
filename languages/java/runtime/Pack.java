package codegen.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Class files in one text: what the compiler hands to the program's process. */
public final class Pack {
    private Pack() {}

    /** A class: its binary name, whether it has a `main`, and its file. */
    public record Entry(String name, boolean main, byte[] data) {}

    /** Returns the text of a solution's classes and of those of its tests, which are enciphered. */
    public static byte[] written(List<Entry> solution, List<Entry> tests, String key) throws IOException {
        byte[] hidden = part(tests);
        if (!tests.isEmpty()) {
            Cipher.apply(hidden, key);
        }
        byte[] open = part(solution);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(out);
        for (byte[] each : List.of(open, hidden)) {
            data.writeInt(each.length);
            data.write(each);
        }
        return out.toByteArray();
    }

    /** Returns the classes of the solution, or of the tests, where the key for these is given. */
    static List<Entry> read(byte[] text, String key) throws IOException {
        DataInputStream data = new DataInputStream(new ByteArrayInputStream(text));
        byte[] open = data.readNBytes(data.readInt());
        if (key == null) {
            return entries(open);
        }
        byte[] hidden = data.readNBytes(data.readInt());
        Cipher.apply(hidden, key);
        return entries(hidden);
    }

    private static byte[] part(List<Entry> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(entries.size());
        for (Entry each : entries) {
            data.writeUTF(each.name());
            data.writeBoolean(each.main());
            data.writeInt(each.data().length);
            data.write(each.data());
        }
        return out.toByteArray();
    }

    private static List<Entry> entries(byte[] part) throws IOException {
        DataInputStream data = new DataInputStream(new ByteArrayInputStream(part));
        List<Entry> found = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            found.add(new Entry(data.readUTF(), data.readBoolean(), data.readNBytes(data.readInt())));
        }
        return found;
    }
}
