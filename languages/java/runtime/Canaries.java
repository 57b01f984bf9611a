package codegen.runtime;

import java.lang.reflect.Field;

/** Looks whether what every test relies on still holds, after the tests. */
final class Canaries {
    private Canaries() {}

    /** Returns what is broken, or an empty text. */
    static String broken(Program program) {
        for (String name : program.tests()) {
            if (!asserts(name, program.loader())) {
                return "assert";
            }
        }
        return boxes() ? "" : "boxed values";
    }

    /** Whether a class of the tests still checks its `assert` statements. */
    private static boolean asserts(String name, ClassLoader loader) {
        try {
            Field disabled =
                    Class.forName(name, false, loader).getDeclaredField("$assertionsDisabled");
            disabled.setAccessible(true);
            return !disabled.getBoolean(null);
        } catch (NoSuchFieldException none) {
            return true;
        } catch (Throwable error) {
            return true; // a class that cannot be initialised asserts nothing
        }
    }

    /** Whether the values that are kept for boxing, which all code shares, are what they were. */
    private static boolean boxes() {
        for (int i = -128; i < 128; i++) {
            boolean right = Integer.valueOf(i).intValue() == i
                    && Long.valueOf(i).longValue() == i
                    && Short.valueOf((short) i).shortValue() == i
                    && Byte.valueOf((byte) i).byteValue() == i
                    && (i < 0 || Character.valueOf((char) i).charValue() == i);
            if (!right) {
                return false;
            }
        }
        return Boolean.TRUE.booleanValue() && !Boolean.FALSE.booleanValue();
    }
}
