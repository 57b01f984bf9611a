package codegen.compiler;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Class files in one archive, uncompressed: it is read once, on this machine. */
final class Jar {
    private Jar() {}

    static byte[] of(Map<String, byte[]> classes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> each : classes.entrySet()) {
                zip.putNextEntry(entry(each.getKey().replace('.', '/') + ".class", each.getValue()));
                zip.write(each.getValue());
            }
        }
        return out.toByteArray();
    }

    private static ZipEntry entry(String name, byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(data);
        ZipEntry made = new ZipEntry(name);
        made.setTime(0);
        made.setSize(data.length);
        made.setCompressedSize(data.length);
        made.setCrc(sum.getValue());
        return made;
    }
}
