package codegen.runtime;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;

/** The records Tuple2 to Tuple4 are in the default package, which no named package can import. */
final class Tuples {
    private Tuples() {}

    static Object of(Object[] parts) {
        try {
            return Class.forName("Tuple" + parts.length).getConstructors()[0].newInstance(parts);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    /** Returns the parts of a tuple of that length, or null for anything else. */
    static Object[] parts(Object value, int length) {
        if (!value.getClass().getName().equals("Tuple" + length) || !value.getClass().isRecord()) {
            return null;
        }
        RecordComponent[] components = value.getClass().getRecordComponents();
        Object[] found = new Object[length];
        try {
            for (int i = 0; i < length; i++) {
                found[i] = components[i].getAccessor().invoke(value);
            }
        } catch (IllegalAccessException | InvocationTargetException error) {
            return null;
        }
        return found;
    }
}
