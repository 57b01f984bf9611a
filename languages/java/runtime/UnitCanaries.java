package codegen.runtime;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;

/** Looks whether JUnit still tells right from wrong, after the tests. */
public final class UnitCanaries {
    private UnitCanaries() {}

    /** Two tests; the names say what has to become of them. */
    static final class Tests {
        @Test
        void passes() {
            Assertions.assertEquals(4, 2 + 2);
        }

        @Test
        void fails() {
            Assertions.assertEquals(5, 2 + 2);
        }
    }

    /** Returns what is broken, or an empty text. */
    static String broken() {
        Executable[] wrong = {
            () -> Assertions.assertEquals(1, 2),
            () -> Assertions.assertEquals(1L, 2L),
            () -> Assertions.assertEquals(1.0, 2.0, 0.5),
            () -> Assertions.assertEquals("a", "b"),
            () -> Assertions.assertEquals(List.of(1), List.of(2)),
            () -> Assertions.assertNotEquals("a", "a"),
            () -> Assertions.assertTrue(false),
            () -> Assertions.assertFalse(true),
            () -> Assertions.assertNull(""),
            () -> Assertions.assertNotNull(null),
            () -> Assertions.assertSame("a", "b"),
            () -> Assertions.assertArrayEquals(new int[] {1}, new int[] {2}),
            () -> Assertions.assertIterableEquals(List.of(1), List.of(2)),
            () -> Assertions.assertThrows(IllegalStateException.class, () -> {}),
            () -> Assertions.fail(),
        };
        for (int i = 0; i < wrong.length; i++) {
            if (holds(wrong[i])) {
                return "assertion " + i;
            }
        }
        return engine() ? "" : "the engine";
    }

    private static boolean holds(Executable assertion) {
        try {
            assertion.execute();
            return true;
        } catch (Throwable error) {
            return !(error instanceof AssertionError);
        }
    }

    private static boolean engine() {
        List<String> said = new ArrayList<>();
        EngineExecutionListener listener = new EngineExecutionListener() {
            @Override
            public void executionFinished(TestDescriptor test, TestExecutionResult result) {
                if (test.isTest()) {
                    said.add(test.getDisplayName() + " " + result.getStatus());
                }
            }
        };
        try {
            Unit.execute(List.of(Tests.class.getName()), Tests.class.getClassLoader(), listener);
        } catch (ClassNotFoundException error) {
            return false;
        }
        said.sort(null);
        return said.equals(List.of("fails() FAILED", "passes() SUCCESSFUL"));
    }
}
