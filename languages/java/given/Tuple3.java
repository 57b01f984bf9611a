/** Three values, in the default package, where solutions and tests find it. */
public record Tuple3<A, B, C>(A first, B second, C third) {}
