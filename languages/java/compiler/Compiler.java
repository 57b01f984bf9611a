package codegen.compiler;

import codegen.runtime.Channel;
import codegen.runtime.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The resident compiler: javac in memory, one request after another, on the private channel.
 *
 * <p>A request is `{"argv": […], "cwd": "…"}`, the answer `{"code", "stdout", "stderr", "files"}`, and
 * `"last": true` where this process is exhausted and ends.
 * Every request has a fresh compiler; only what the platform's own classes are found with is kept.
 * Nothing of a program is ever run here: there is no annotation processing, and no plugin but ours.
 *
 * <p>Not here: time and memory, which the sandbox watches from outside.
 */
public final class Compiler {
    private static final long STACK_BYTES = 16L << 20;

    private Compiler() {}

    /** Serves until there is no further request. */
    public static void main(String[] arguments) throws IOException {
        Platform.GIVEN.manager(); // finds the platform before the first request
        for (byte[] frame = Channel.receive(); frame != null; frame = Channel.receive()) {
            Map<?, ?> request = (Map<?, ?>) Json.parse(new String(frame, StandardCharsets.UTF_8));
            List<String> argv = new ArrayList<>();
            ((List<?>) request.get("argv")).forEach(word -> argv.add((String) word));
            Answer answer = answered(argv, (String) request.get("cwd"));
            Channel.send(told(answer));
            if (answer.code() == Answer.GAVE_UP) {
                Runtime.getRuntime().halt(1); // an exhausted process is not one to go on with
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** Does one request in a thread with room for deep programs. */
    static Answer answered(List<String> argv, String cwd) {
        Answer[] found = new Answer[1];
        Thread thread = new Thread(
                null, () -> found[0] = Task.answered(argv, cwd), "compiler", STACK_BYTES);
        thread.start();
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                continue;
            }
        }
        return found[0];
    }

    private static byte[] told(Answer answer) {
        StringBuilder out = new StringBuilder("{\"code\":").append(answer.code());
        out.append(",\"stdout\":\"").append(coded(answer.said().getBytes(StandardCharsets.UTF_8)));
        out.append("\",\"stderr\":\"\",\"files\":{");
        String separator = "";
        for (Map.Entry<String, byte[]> file : answer.files().entrySet()) {
            Json.quote(out.append(separator), file.getKey());
            out.append(":\"").append(coded(file.getValue())).append('"');
            separator = ",";
        }
        out.append('}').append(answer.code() == Answer.GAVE_UP ? ",\"last\":true" : "");
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String coded(byte[] data) {
        return Base64.getEncoder().encodeToString(data);
    }
}
