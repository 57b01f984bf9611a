import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.javatuples.Pair;

/** Uses what solutions use, so that the archives know its classes. */
class Solution {
    sealed interface Shape permits Square, Circle {}

    record Square(long side) implements Shape {}

    record Circle(double radius) implements Shape {}

    enum Colour { RED, GREEN }

    public static long total(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
    }

    public static Map<String, Long> counted(String text) {
        Map<String, Long> found = new HashMap<>();
        for (String word : text.split("\\s+")) {
            found.merge(word.toLowerCase(), 1L, Long::sum);
        }
        return new TreeMap<>(found);
    }

    static String described(Shape shape) {
        if (shape instanceof Square square) {
            return String.format("%d by %d", square.side(), square.side());
        }
        return "round " + shape + Colour.valueOf("RED");
    }

    static List<String> sorted(List<String> words) {
        List<String> copy = new ArrayList<>(words);
        copy.sort(Comparator.comparing(String::length).thenComparing(Comparator.reverseOrder()));
        Collections.reverse(copy);
        return copy.stream().filter(w -> !w.isEmpty()).map(String::trim).distinct().collect(Collectors.toList());
    }

    static Optional<Long> largest(long[] values) {
        PriorityQueue<Long> queue = new PriorityQueue<>(Collections.reverseOrder());
        for (long value : values) {
            queue.add(value);
        }
        return queue.isEmpty() ? Optional.empty() : Optional.of(queue.poll());
    }

    static void all() {
        StringBuilder out = new StringBuilder();
        out.append(counted("a b a")).append(described(new Square(2))).append(described(new Circle(1)));
        out.append(sorted(Arrays.asList("a", "bb", "a"))).append(largest(new long[] {1, 3, 2}));
        out.append(IntStream.range(0, 5).boxed().collect(Collectors.groupingBy(i -> i % 2)));
        out.append(BigInteger.TWO.pow(70)).append(Pair.with(1, "a")).append(new HashSet<>(List.of(1)));
        out.append(IntStream.rangeClosed(1, 3).mapToObj(String::valueOf).collect(Collectors.joining(",")));
        Function<Integer, Integer> twice = x -> 2 * x;
        out.append(twice.andThen(twice).apply(2)).append(Arrays.toString(new int[] {1}));
        out.append(new Scanner("1 2").nextInt()).append(Math.floorMod(-1, 3)).append("a".repeat(2).hashCode());
        try {
            Integer.parseInt("x");
        } catch (NumberFormatException error) {
            out.append(error.getMessage());
        }
        System.out.println(out);
    }
}
