package codegen.runtime;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Answers each frame of arguments with what the function returns. Nothing here knows an expected value. */
public final class Call {
    private final Method method;
    private final List<Type> types = new ArrayList<>();

    private Call(Method method, String types) {
        this.method = method;
        ((List<?>) Json.parse(types)).forEach(each -> this.types.add(Type.parse((String) each)));
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

    private static Method glue(Program program, String name) throws ReflectiveOperationException {
        Method found = Class.forName(name, true, program.loader()).getDeclaredMethod("call", Object[].class);
        found.setAccessible(true);
        return found;
    }

    private String answer(byte[] frame) {
        Object result;
        try {
            result = method.invoke(null, (Object) decoded(frame));
        } catch (InvocationTargetException thrown) {
            return failure(thrown.getCause());
        } catch (IllegalAccessException error) {
            throw new IllegalStateException(error);
        }
        try {
            return Encoder.reply(result, types.get(types.size() - 1));
        } catch (Throwable error) { // a result may be any object, with any methods
            return failure(error);
        }
    }

    private Object[] decoded(byte[] frame) {
        List<?> values = (List<?>) Json.parse(new String(frame, StandardCharsets.UTF_8));
        Object[] found = new Object[values.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = Values.decode(values.get(i), types.get(i));
        }
        return found;
    }

    private static String failure(Throwable error) {
        if (Memory.isFull(error)) {
            Memory.exhaust();
        }
        StringBuilder out = new StringBuilder("{\"error\":{\"type\":");
        Json.quote(out, Faults.name(error));
        out.append(",\"message\":");
        Json.quote(out, Faults.message(error));
        return out.append(",\"line\":").append(Faults.line(error, Program.SOLUTION)).append("}}").toString();
    }
}
