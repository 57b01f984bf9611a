package codegen.compiler;

/** What is loaded before the first request. */
final class Warmth {
    private Warmth() {}

    static void up() {
        Platform.GIVEN.manager();
    }
}
