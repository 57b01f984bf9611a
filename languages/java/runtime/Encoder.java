package codegen.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes a result that has to be of a type; says what of it is not. */
final class Encoder {
    private static final int MOST_NODES = 2_000_000;
    private static final int MOST_CHARS = 16 << 20;

    private final StringBuilder out = new StringBuilder();
    private int nodes;

    /** The result is not of its type, or is too large to be told. */
    private static final class Mismatch extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String said;
        private String where = "";

        Mismatch(String said) {
            super(said, null, false, false);
            this.said = said;
        }

        Mismatch in(Object place) {
            where = "[" + place + "]" + where;
            return this;
        }

        String told() {
            return Json.cut("the result" + Json.cut(where, 200) + said, 2000);
        }
    }

    /** Returns the reply with a value, or the one that says why there is none. */
    static String reply(Object value, Type type) {
        Encoder encoder = new Encoder();
        try {
            encoder.out.append("{\"value\":");
            encoder.write(value, type);
            return encoder.out.append('}').toString();
        } catch (Mismatch mismatch) {
            StringBuilder out = new StringBuilder("{\"mismatch\":");
            Json.quote(out, mismatch.told());
            return out.append('}').toString();
        }
    }

    private void write(Object value, Type type) {
        if (++nodes > MOST_NODES || out.length() > MOST_CHARS) {
            throw new Mismatch(" is too large");
        }
        if (value == null) {
            throw new Mismatch(" is null, declared is " + type);
        }
        boolean written = type.arguments().isEmpty() ? scalar(value, type) : inside(value, type);
        if (!written) {
            throw new Mismatch(" is a " + value.getClass().getName() + ", declared is " + type);
        }
    }

    private void write(Object value, Type type, Object place) {
        try {
            write(value, type);
        } catch (Mismatch mismatch) {
            throw mismatch.in(place);
        }
    }

    private boolean scalar(Object value, Type type) {
        switch (type.name()) {
            case "bool":
                return value instanceof Boolean && out.append(value) != null;
            case "int":
                return value instanceof Long && out.append(value) != null;
            case "float":
                return value instanceof Double && number((Double) value);
            default:
                return value instanceof String && string((String) value);
        }
    }

    private boolean number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            out.append('"').append(value).append('"');
        } else {
            out.append(value);
        }
        return true;
    }

    private boolean string(String value) {
        if (value.length() > MOST_CHARS) {
            throw new Mismatch(" is too large");
        }
        for (int i = 0; i < value.length(); i++) {
            if (Character.isHighSurrogate(value.charAt(i))
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(value.charAt(i))) {
                throw new Mismatch(" holds half of a surrogate pair");
            }
        }
        Json.quote(out, value);
        return true;
    }

    private boolean inside(Object value, Type type) {
        switch (type.name()) {
            case "list":
                return value instanceof List && list((List<?>) value, type.arguments().get(0));
            case "map":
                return value instanceof Map && map((Map<?, ?>) value, type.arguments());
            case "optional":
                return value instanceof Optional && optional((Optional<?>) value, type);
            default:
                return tuple(value, type.arguments());
        }
    }

    private boolean list(List<?> value, Type element) {
        out.append('[');
        int index = 0;
        for (Object item : value) {
            out.append(index > 0 ? "," : "");
            write(item, element, index++);
        }
        out.append(']');
        return true;
    }

    private boolean optional(Optional<?> value, Type type) {
        if (value.isPresent()) {
            write(value.get(), type.arguments().get(0));
        } else {
            out.append("null");
        }
        return true;
    }

    /** Pairs are in the order of their encoded keys, so that the same map is the same bytes. */
    private boolean map(Map<?, ?> value, List<Type> types) {
        Map<String, Object> sorted = new TreeMap<>();
        for (Map.Entry<?, ?> entry : value.entrySet()) {
            Encoder key = new Encoder();
            key.nodes = nodes;
            key.write(entry.getKey(), types.get(0), "key");
            nodes = key.nodes;
            sorted.put(key.out.toString(), entry.getValue());
        }
        out.append('[');
        String separator = "";
        for (Map.Entry<String, Object> entry : sorted.entrySet()) {
            out.append(separator).append('[').append(entry.getKey()).append(',');
            write(entry.getValue(), types.get(1), entry.getKey());
            out.append(']');
            separator = ",";
        }
        out.append(']');
        return true;
    }

    private boolean tuple(Object value, List<Type> types) {
        Object[] parts = Tuples.parts(value, types.size());
        if (parts == null) {
            return false;
        }
        out.append('[');
        for (int i = 0; i < parts.length; i++) {
            out.append(i > 0 ? "," : "");
            write(parts[i], types.get(i), i);
        }
        out.append(']');
        return true;
    }
}
