package codegen.runtime;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers each frame of arguments with what the function returns. Nothing here knows an expected value.
 *
 * <p>The frame of a class has the constructor's arguments, the names of the operations and the arguments of each; its
 * value is the array of their results.
 */
public final class Call {
    private static final String VALUE = "{\"value\":";
    private static final String MISMATCH = "{\"mismatch\":\"";
    private static final int MOST_CHARS = 16 << 20;

    private final Method method;
    private final Method ask;
    private final List<Type> types;
    private final Map<String, Operation> operations = new HashMap<>();

    /** What a method takes and returns; `returns` is null where that is nothing. */
    private record Operation(List<Type> parameters, Type returns) {}

    private Call(Class<?> glue, String types) throws ReflectiveOperationException {
        method = declared(glue, "call", Object[].class);
        if (!(Json.parse(types) instanceof Map<?, ?> parts)) {
            ask = null;
            this.types = parsed(Json.parse(types));
            return;
        }
        ask = declared(glue, "ask", String.class, Object[].class);
        this.types = parsed(parts.get("parameters"));
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) parts.get("methods")).entrySet()) {
            Map<?, ?> one = (Map<?, ?>) entry.getValue();
            String returns = (String) one.get("returns");
            Type type = returns.isEmpty() ? null : Type.parse(returns);
            operations.put((String) entry.getKey(), new Operation(parsed(one.get("parameters")), type));
        }
    }

    private static List<Type> parsed(Object texts) {
        List<Type> found = new ArrayList<>();
        for (Object each : (List<?>) texts) {
            found.add(Type.parse((String) each));
        }
        return found;
    }

    /** Serves; the arguments are the class of the glue, and the types of parameters and result. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Program program = Program.read(null);
        boolean[] good = new boolean[1];
        program.inThread(() -> good[0] = serve(program, arguments));
        Runtime.getRuntime().halt(good[0] ? 0 : 1);
    }

    private static boolean serve(Program program, String[] arguments) {
        try {
            Call call = null;
            for (byte[] frame = Channel.receive(); frame != null; frame = Channel.receive()) {
                call = call == null ? new Call(glue(program, arguments[0]), arguments[1]) : call;
                Channel.send(call.answer(frame).getBytes(StandardCharsets.UTF_8));
            }
            return true;
        } catch (IOException | ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    private static Class<?> glue(Program program, String name) throws ReflectiveOperationException {
        return Class.forName(name, true, program.loader());
    }

    private static Method declared(Class<?> glue, String name, Class<?>... types) throws ReflectiveOperationException {
        Method found = glue.getDeclaredMethod(name, types);
        found.setAccessible(true);
        return found;
    }

    private String answer(byte[] frame) {
        List<?> values = (List<?>) Json.parse(new String(frame, StandardCharsets.UTF_8));
        boolean asks = ask != null;
        int made = asks ? types.size() : values.size();
        Object result;
        try {
            result = method.invoke(null, (Object) decoded(values.subList(0, made), types));
        } catch (InvocationTargetException thrown) {
            return failure(thrown.getCause(), asks ? "the constructor" : "");
        } catch (IllegalAccessException error) {
            throw new IllegalStateException(error);
        }
        if (asks) {
            return asked(result, (List<?>) values.get(made), values.subList(made + 1, values.size()));
        }
        try {
            return Encoder.reply(result, types.get(types.size() - 1));
        } catch (Throwable error) { // a result may be any object, with any methods
            return failure(error, "");
        }
    }

    private String asked(Object object, List<?> names, List<?> values) {
        StringBuilder out = new StringBuilder(VALUE).append('[');
        int at = 0;
        for (int i = 0; i < names.size(); i++) {
            String name = (String) names.get(i);
            Operation operation = operations.get(name);
            int end = at + operation.parameters().size();
            String doing = "operation " + (i + 1) + ", " + name;
            String reply;
            try {
                Object result = ask.invoke(object, name, decoded(values.subList(at, end), operation.parameters()));
                reply = operation.returns() == null ? VALUE + "null}" : Encoder.reply(result, operation.returns());
            } catch (InvocationTargetException thrown) {
                return failure(thrown.getCause(), doing);
            } catch (Throwable error) { // a result may be any object, with any methods
                return failure(error, doing);
            }
            if (reply.startsWith(MISMATCH)) {
                return MISMATCH + doing + ": " + reply.substring(MISMATCH.length());
            }
            if (out.length() > MOST_CHARS) {
                return MISMATCH + "the results are too large\"}";
            }
            out.append(i > 0 ? "," : "").append(reply, VALUE.length(), reply.length() - 1);
            at = end;
        }
        return out.append("]}").toString();
    }

    private static Object[] decoded(List<?> values, List<Type> types) {
        Object[] found = new Object[values.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = Values.decode(values.get(i), types.get(i));
        }
        return found;
    }

    private static String failure(Throwable error, String doing) {
        if (Memory.isFull(error)) {
            Memory.exhaust();
        }
        StringBuilder out = new StringBuilder("{\"error\":{\"type\":");
        Json.quote(out, Faults.name(error));
        out.append(",\"message\":");
        Json.quote(out, Faults.message(error));
        out.append(",\"line\":").append(Faults.line(error, Program.SOLUTION));
        if (!doing.isEmpty()) {
            out.append(",\"at\":");
            Json.quote(out, doing);
        }
        return out.append("}}").toString();
    }
}
