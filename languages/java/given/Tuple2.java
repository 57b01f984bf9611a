/** Two values, in the default package, where solutions and tests find it. */
public record Tuple2<A, B>(A first, B second) {}
