/** Four values, in the default package, where solutions and tests find it. */
public record Tuple4<A, B, C, D>(A first, B second, C third, D fourth) {}
