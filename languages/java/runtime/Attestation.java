package codegen.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;

/**
 * Runs native tests in one thread and attests their outcomes from another.
 *
 * <p>What seals are made from is in the local variables of the thread that attests, which no
 * reflection reaches; the program's thread hands it outcomes alone.
 */
final class Attestation {
    private Attestation() {}

    /** An outcome to be attested; no name means that the tests are at their end. */
    record Outcome(String name, String outcome, String message) {}

    /** Says what has become of a test. */
    interface Report {
        void say(String name, String outcome, String message);
    }

    /** Runs the tests of these names; says afterwards which of the things that they rely on is broken. */
    interface Runner {
        void run(Program program, List<String> tests, Report report) throws Throwable;

        String broken();

        /** Returns what failed beyond the tests, such as what comes after the last of a class. */
        default List<Outcome> extra() {
            return List.of();
        }
    }

    /** Takes the one frame, runs the tests and attests. */
    static void main(Runner runner) throws IOException, ClassNotFoundException {
        byte[] frame = Channel.receive();
        if (frame == null) {
            return;
        }
        long[] state = Seal.take(frame);
        long a = state[0];
        long b = state[1];
        long c = state[2];
        long d = state[3];
        Arrays.fill(state, 0);
        Program program = Program.read(Seal.of(a, b, c, d, "\0\0room".getBytes(StandardCharsets.UTF_8)));
        SynchronousQueue<Outcome> said = new SynchronousQueue<>();
        start(runner, program, names(frame), said);
        for (Outcome one = next(said); one.name() != null; one = next(said)) {
            byte[] sealed = ("\0" + one.name() + "\0" + one.outcome()).getBytes(StandardCharsets.UTF_8);
            Channel.send(told(one, Seal.of(a, b, c, d, sealed)));
        }
        String seal = Seal.of(a, b, c, d, "\0\0end".getBytes(StandardCharsets.UTF_8));
        Channel.send(ended(seal, runner, program));
        Runtime.getRuntime().halt(0);
    }

    private static byte[] ended(String seal, Runner runner, Program program) {
        StringBuilder out = new StringBuilder("{\"end\":true,\"seal\":\"").append(seal).append("\",\"extra\":[");
        String separator = "[";
        for (Outcome one : runner.extra()) {
            for (String word : List.of(one.name(), one.outcome(), Json.cut(one.message(), 2000))) {
                Json.quote(out.append(separator), word);
                separator = ",";
            }
            out.append(']');
            separator = ",[";
        }
        String broken = Canaries.broken(program);
        out.append("],\"canary\":\"").append(broken.isEmpty() ? runner.broken() : broken).append("\"}");
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void start(
            Runner runner, Program program, List<String> tests, SynchronousQueue<Outcome> said) {
        Report report = (name, outcome, message) -> put(said, new Outcome(name, outcome, message));
        Runnable task = () -> {
            try {
                runner.run(program, tests, report);
            } catch (Throwable error) {
                if (Memory.isFull(error)) {
                    Memory.exhaust();
                }
                throw new IllegalStateException(error);
            } finally {
                report.say(null, null, null);
            }
        };
        Thread waiting = new Thread(() -> program.inThread(task), "tests");
        waiting.setDaemon(true);
        waiting.start();
    }

    private static void put(SynchronousQueue<Outcome> said, Outcome one) {
        while (true) {
            try {
                said.put(one);
                return;
            } catch (InterruptedException again) {
                continue; // a program may interrupt any thread
            }
        }
    }

    private static Outcome next(SynchronousQueue<Outcome> said) {
        while (true) {
            try {
                return said.take();
            } catch (InterruptedException again) {
                continue; // as above
            }
        }
    }

    private static List<String> names(byte[] frame) {
        Map<?, ?> request = (Map<?, ?>) Json.parse(new String(frame, StandardCharsets.UTF_8));
        List<String> found = new ArrayList<>();
        ((List<?>) request.get("tests")).forEach(each -> found.add((String) each));
        return found;
    }

    private static byte[] told(Outcome one, String seal) {
        StringBuilder out = new StringBuilder("{\"seal\":\"");
        boolean good = one.outcome().equals("passed") || one.outcome().equals("skipped");
        out.append(good ? seal : "").append("\",\"outcome\":\"").append(one.outcome()).append("\",\"name\":");
        Json.quote(out, one.name());
        out.append(",\"message\":");
        Json.quote(out, Json.cut(one.message(), 2000));
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }
}
