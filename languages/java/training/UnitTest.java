import static org.junit.jupiter.api.Assertions.*;

import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitTest {
    private List<Long> values;

    @BeforeEach
    void prepare() {
        values = List.of(1L, 2L);
    }

    @Test
    @DisplayName("adds up")
    void adds() {
        assertEquals(3, Solution.total(values));
        assertEquals(List.of(1L, 2L), values);
        assertThrows(NullPointerException.class, () -> Solution.total(null));
    }

    @Test
    void fails() {
        assertEquals(4, Solution.total(values), "on purpose");
    }

    @Test
    void skips() {
        Assumptions.assumeTrue(values.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void takes(long value) {
        assertTrue(Solution.total(List.of(value)) > 0);
    }

    @ParameterizedTest
    @CsvSource({"1, a", "2, b"})
    void reads(int number, String text) {
        assertAll(() -> assertNotNull(text), () -> assertFalse(number > 2));
    }

    @Nested
    class Inner {
        @Test
        void none() {
            assertArrayEquals(new long[0], new long[0]);
        }
    }
}
