package codegen.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a heap that is at its end visible to the sandbox, which counts what is resident.
 *
 * <p>The heap's bound is the program's memory limit, but an allocation may be refused long before
 * the pages are in use.
 */
final class Memory {
    private static final int PIECE = 16 << 20;
    private static final int MOST_CAUSES = 20;

    private Memory() {}

    /** Whether an error, or what it was made from, says that the heap is full; threads are not it. */
    static boolean isFull(Throwable error) {
        Throwable each = error;
        for (int depth = 0; each != null && depth < MOST_CAUSES; depth++) {
            if (each instanceof OutOfMemoryError) {
                return !Faults.message(each).contains("native thread");
            }
            each = Faults.cause(each);
        }
        return false;
    }

    /** Uses memory until the sandbox ends this process. */
    static void exhaust() {
        List<ByteBuffer> kept = new ArrayList<>();
        try {
            while (true) {
                kept.add(ByteBuffer.allocateDirect(PIECE));
            }
        } catch (OutOfMemoryError full) {
            pause();
        }
        Runtime.getRuntime().halt(kept.isEmpty() ? 3 : 4);
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
