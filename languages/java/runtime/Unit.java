package codegen.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;

/** JUnit tests, run by Jupiter's engine; a method is one test, however often it is called. */
public final class Unit implements Attestation.Runner {
    private final List<Attestation.Outcome> extra = new ArrayList<>();

    private Unit() {}

    /** Attests each test method. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Attestation.main(new Unit());
    }

    @Override
    public void run(Program program, List<String> tests, Attestation.Report report)
            throws ClassNotFoundException {
        Listener listener = new Listener(program, tests, report);
        execute(program.tests(), program.loader(), listener);
        listener.end();
        extra.addAll(listener.extra);
    }

    static void execute(List<String> classes, ClassLoader loader, EngineExecutionListener listener)
            throws ClassNotFoundException {
        JupiterTestEngine engine = new JupiterTestEngine();
        Discovery request = new Discovery();
        for (String name : classes) {
            request.add(DiscoverySelectors.selectClass(Class.forName(name, false, loader)));
        }
        TestDescriptor found = engine.discover(request, UniqueId.forEngine(engine.getId()));
        engine.execute(new ExecutionRequest(found, listener, request.getConfigurationParameters()));
    }

    @Override
    public String broken() {
        return UnitCanaries.broken();
    }

    @Override
    public List<Attestation.Outcome> extra() {
        return extra;
    }

    /** Gathers outcomes by method, and tells a method's when its last invocation is over. */
    private static final class Listener implements EngineExecutionListener {
        private final Program program;
        private final Attestation.Report report;
        private final Map<String, Integer> seen = new HashMap<>();
        private final Map<TestDescriptor, String> names = new HashMap<>();
        private final Map<TestDescriptor, String[]> inner = new HashMap<>();
        private final List<String> waiting;
        private final List<Attestation.Outcome> extra = new ArrayList<>();

        Listener(Program program, List<String> tests, Attestation.Report report) {
            this.program = program;
            this.report = report;
            this.waiting = new ArrayList<>(tests);
        }

        @Override
        public void executionStarted(TestDescriptor test) {
            name(test);
        }

        @Override
        public void executionSkipped(TestDescriptor test, String reason) {
            for (TestDescriptor each : methods(test)) {
                say(name(each), "skipped", reason);
            }
        }

        @Override
        public void executionFinished(TestDescriptor test, TestExecutionResult result) {
            String[] told = told(result);
            TestDescriptor method = method(test);
            if (method == null) {
                if (!told[0].equals("passed")) {
                    left(test, told);
                }
                return;
            }
            String[] worst = worse(told, inner.get(method));
            if (method == test) {
                say(name(test), worst[0], worst[1]);
            } else {
                inner.put(method, worst);
            }
        }

        /** Tells of a class that failed: in what is left of its tests, or after the last of them. */
        private void left(TestDescriptor test, String[] told) {
            boolean begun = false;
            for (TestDescriptor each : methods(test)) {
                begun |= say(name(each), told[0], told[1]);
            }
            if (!begun) {
                extra.add(new Attestation.Outcome(test.getDisplayName(), told[0], told[1]));
            }
        }

        /** Says of the tests that have not come up that they were not run. */
        void end() {
            List.copyOf(waiting).forEach(name -> say(name, "missing", ""));
        }

        private boolean say(String name, String outcome, String message) {
            boolean due = waiting.remove(name);
            if (due) {
                report.say(name, outcome, message);
            }
            return due;
        }

        private String[] told(TestExecutionResult result) {
            Throwable error = result.getThrowable().orElse(null);
            switch (result.getStatus()) {
                case SUCCESSFUL:
                    return new String[] {"passed", ""};
                case ABORTED:
                    if (Aborts.byTests(error, program)) {
                        return new String[] {"skipped", Faults.message(error)};
                    }
                    return new String[] {"error", Failures.described(error)};
                default:
                    if (Memory.isFull(error)) {
                        Memory.exhaust();
                    }
                    if (error instanceof Leaving leaving) {
                        String outcome = leaving.status() == 0 ? "passed" : "failed";
                        return new String[] {outcome, leaving.getMessage()};
                    }
                    return new String[] {Failures.kind(error, program), Failures.described(error)};
            }
        }

        private static String[] worse(String[] one, String[] other) {
            List<String> order = List.of("passed", "skipped", "failed", "error");
            return other == null || order.indexOf(one[0]) > order.indexOf(other[0]) ? one : other;
        }

        /** Returns the test method that a descriptor is of, or is an invocation of. */
        private static TestDescriptor method(TestDescriptor test) {
            TestDescriptor found = null;
            for (TestDescriptor each = test; each != null; each = each.getParent().orElse(null)) {
                found = each.getSource().orElse(null) instanceof MethodSource ? each : found;
            }
            return found;
        }

        private static List<TestDescriptor> methods(TestDescriptor test) {
            List<TestDescriptor> found = new ArrayList<>();
            test.accept(each -> {
                if (each == method(each)) {
                    found.add(each);
                }
            });
            return found;
        }

        /** Returns `Class::Inner::method`; methods of the same name are counted as they come. */
        private String name(TestDescriptor test) {
            if (test != method(test)) {
                return "";
            }
            return names.computeIfAbsent(test, each -> {
                MethodSource source = (MethodSource) each.getSource().orElseThrow();
                String owner = source.getJavaMethod().getDeclaringClass().getName();
                String name = owner.substring(owner.lastIndexOf('.') + 1).replace("$", "::")
                        + "::" + source.getMethodName();
                int count = seen.merge(name, 1, Integer::sum);
                return count == 1 ? name : name + " (" + count + ")";
            });
        }
    }
}
