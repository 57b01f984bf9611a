package codegen.runtime;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;
import org.opentest4j.AssertionFailedError;

/**
 * What the tests call for JUnit's assertions of equality: those, and that it holds of copies too.
 *
 * <p>JUnit asks one side, which asks the other: a set with a size and an iterator that gives nothing
 * equals any set of that size, and an object of the program's on the left equals what it likes.
 * Copies of collections are the platform's own, made of what an iterator gives once, and both
 * sides have to agree. Objects of the program's on both sides stay its own business.
 */
public final class Equality {
    private Equality() {}

    /** Stands for JUnit's. */
    public static void assertEquals(Object expected, Object actual) {
        Assertions.assertEquals(expected, actual);
        check(expected, actual);
    }

    /** Stands for JUnit's. */
    public static void assertEquals(Object expected, Object actual, String message) {
        Assertions.assertEquals(expected, actual, message);
        check(expected, actual);
    }

    /** Stands for JUnit's. */
    public static void assertEquals(Object expected, Object actual, Supplier<String> message) {
        Assertions.assertEquals(expected, actual, message);
        check(expected, actual);
    }

    /** Stands for JUnit's. */
    public static void assertIterableEquals(Iterable<?> expected, Iterable<?> actual) {
        assertIterableEquals(expected, actual, () -> null);
    }

    /** Stands for JUnit's. */
    public static void assertIterableEquals(Iterable<?> expected, Iterable<?> actual, String message) {
        assertIterableEquals(expected, actual, () -> message);
    }

    /** Stands for JUnit's. */
    public static void assertIterableEquals(
            Iterable<?> expected, Iterable<?> actual, Supplier<String> message) {
        Assertions.assertIterableEquals(expected, actual, message);
        if (expected != actual) {
            check(list(expected), list(actual));
        }
    }

    /** Stands for JUnit's. */
    public static void assertArrayEquals(Object[] expected, Object[] actual) {
        assertArrayEquals(expected, actual, () -> null);
    }

    /** Stands for JUnit's. */
    public static void assertArrayEquals(Object[] expected, Object[] actual, String message) {
        assertArrayEquals(expected, actual, () -> message);
    }

    /** Stands for JUnit's. */
    public static void assertArrayEquals(Object[] expected, Object[] actual, Supplier<String> message) {
        Assertions.assertArrayEquals(expected, actual, message);
        if (expected != actual) {
            check(elements(expected), elements(actual));
        }
    }

    private static void check(Object expected, Object actual) {
        if (expected == actual || byTests(expected) || ignoresCase(expected) || ignoresCase(actual)) {
            return;
        }
        Object one = copy(expected);
        Object other = copy(actual);
        if (!one.equals(other) || !other.equals(one)) {
            throw new AssertionFailedError("what is equal to what was expected does not hold the same");
        }
    }

    /** Whether an object is one that the tests have made up, such as one that is near a number. */
    private static boolean byTests(Object value) {
        return value.getClass().getProtectionDomain() == Loader.TESTS;
    }

    /** Whether a collection's keys are equal to what is no copy of them. */
    private static boolean ignoresCase(Object value) {
        Object order = value instanceof SortedMap<?, ?> map ? map.comparator()
                : value instanceof SortedSet<?> set ? set.comparator() : null;
        return order == String.CASE_INSENSITIVE_ORDER;
    }

    /** Returns what has the elements of a collection, and so on inwards; anything else as it is. */
    private static Object copy(Object value) {
        if (value instanceof List<?> list) {
            return list(list);
        }
        if (value instanceof Set<?> set) {
            boolean natural = set instanceof SortedSet<?> sorted && sorted.comparator() == null;
            Set<Object> made = natural ? new TreeSet<>() : new HashSet<>();
            made.addAll(list(set));
            return made;
        }
        if (value instanceof Map<?, ?> map) {
            boolean natural = map instanceof SortedMap<?, ?> sorted && sorted.comparator() == null;
            Map<Object, Object> made = natural ? new TreeMap<>() : new HashMap<>();
            for (Map.Entry<?, ?> each : map.entrySet()) {
                made.put(copy(each.getKey()), copy(each.getValue()));
            }
            return made;
        }
        if (value instanceof Map.Entry<?, ?> entry) {
            return new AbstractMap.SimpleImmutableEntry<>(copy(entry.getKey()), copy(entry.getValue()));
        }
        if (value instanceof Optional<?> found) {
            return found.isPresent() ? Optional.of(copy(found.get())) : found;
        }
        return value == null ? null : tuple(value);
    }

    private static Object tuple(Object value) {
        for (int length = 2; length <= 4; length++) {
            Object[] parts = Tuples.parts(value, length);
            if (parts != null) {
                return Tuples.of(Arrays.stream(parts).map(Equality::copy).toArray());
            }
        }
        return value;
    }

    private static List<Object> list(Iterable<?> values) {
        List<Object> made = new ArrayList<>();
        for (Object each : values) {
            made.add(copy(each));
        }
        return made;
    }

    /** Returns the elements of an array, and of arrays in it, which JUnit compares so. */
    private static List<Object> elements(Object[] values) {
        List<Object> made = new ArrayList<>();
        for (Object each : values) {
            made.add(each instanceof Object[] inner ? elements(inner) : each instanceof Object ? flat(each) : null);
        }
        return made;
    }

    private static Object flat(Object value) {
        if (!value.getClass().isArray()) {
            return copy(value);
        }
        List<Object> made = new ArrayList<>();
        for (int i = 0; i < java.lang.reflect.Array.getLength(value); i++) {
            made.add(java.lang.reflect.Array.get(value, i));
        }
        return made;
    }
}
