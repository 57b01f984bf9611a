package codegen.compiler;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Has the tests' class files call our assertions of equality in place of JUnit's, which believe the
 * program's own `equals` and iterators.
 *
 * <p>It is a change of the constant pool alone: another class for those methods' references, so that
 * calls and method references are the same as before.
 */
final class Redirection {
    private static final String FROM = "org/junit/jupiter/api/Assertions";
    private static final byte[] TO = "codegen/runtime/Equality".getBytes(StandardCharsets.UTF_8);
    private static final Map<String, String> METHODS = Map.of(
            "assertEquals", "(Ljava/lang/Object;Ljava/lang/Object;",
            "assertArrayEquals", "([Ljava/lang/Object;[Ljava/lang/Object;",
            "assertIterableEquals", "(Ljava/lang/Iterable;Ljava/lang/Iterable;");
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int FIRST = 10; // where the first constant is

    private final ByteBuffer data;
    private final int[] places;
    private final int end;

    private Redirection(byte[] file) {
        data = ByteBuffer.wrap(file.clone());
        places = new int[data.getShort(FIRST - 2) & 0xFFFF];
        int at = FIRST;
        for (int i = 1; i < places.length; i++) {
            places[i] = at;
            int tag = data.get(at);
            at += size(tag, at);
            i += tag == 5 || tag == 6 ? 1 : 0; // a long or a double takes two numbers
        }
        end = at;
    }

    /** Returns a class file that calls our assertions. */
    static byte[] of(byte[] file) {
        Redirection found = new Redirection(file);
        return found.redirected() ? found.written() : file;
    }

    private int size(int tag, int at) {
        switch (tag) {
            case UTF8:
                return 3 + (data.getShort(at + 1) & 0xFFFF);
            case CLASS, 8, 16, 19, 20:
                return 3;
            case 15:
                return 4;
            case 5, 6:
                return 9;
            default:
                return 5;
        }
    }

    private boolean redirected() {
        boolean any = false;
        for (int i = 1; i < places.length && places.length < 0xFFFE; i++) {
            if (places[i] > 0 && data.get(places[i]) == METHOD && equality(places[i])) {
                data.putShort(places[i] + 1, (short) (places.length + 1));
                any = true;
            }
        }
        return any;
    }

    private boolean equality(int at) {
        int described = places[data.getShort(at + 3) & 0xFFFF];
        String start = METHODS.get(text(described + 1));
        return start != null && text(described + 3).startsWith(start)
                && text(places[data.getShort(at + 1) & 0xFFFF] + 1).equals(FROM);
    }

    /** Returns the text whose number stands at a place. */
    private String text(int at) {
        int place = places[data.getShort(at) & 0xFFFF];
        return new String(data.array(), place + 3, data.getShort(place + 1) & 0xFFFF, StandardCharsets.UTF_8);
    }

    private byte[] written() {
        byte[] from = data.array();
        ByteBuffer out = ByteBuffer.allocate(from.length + TO.length + 6);
        out.put(from, 0, FIRST - 2).putShort((short) (places.length + 2)).put(from, FIRST, end - FIRST);
        out.put((byte) UTF8).putShort((short) TO.length).put(TO);
        out.put((byte) CLASS).putShort((short) places.length);
        return out.put(from, end, from.length - end).array();
    }
}
