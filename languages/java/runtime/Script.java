package codegen.runtime;

import java.io.IOException;
import java.util.List;

/** Tests that are a plain `main`: it passes where it comes to its end without throwing. */
public final class Script implements Attestation.Runner {
    private Script() {}

    /** Attests the one test, `main`. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Attestation.main(new Script());
    }

    @Override
    public void run(Program program, List<String> tests, Attestation.Report report) {
        String name = tests.get(0);
        try {
            program.callMain();
            report.say(name, "passed", "");
        } catch (Leaving leaving) {
            report.say(name, leaving.status() == 0 ? "passed" : "failed", leaving.getMessage());
        } catch (Throwable error) {
            if (Memory.isFull(error)) {
                Memory.exhaust();
            }
            report.say(name, Failures.kind(error, program), Failures.described(error));
        }
    }

    @Override
    public String broken() {
        return "";
    }
}
