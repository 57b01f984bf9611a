import java.util.Arrays;
import java.util.List;

class Main extends Solution {
    public static void main(String[] args) {
        assert total(Arrays.asList(1L, 2L)) == 3L;
        assert largest(new long[] {}).isEmpty();
        assert sorted(List.of()).equals(List.of());
        all();
    }
}
