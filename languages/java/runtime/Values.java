package codegen.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Arguments out of their encoding; the result's way back is {@link Encoder}. */
final class Values {
    private Values() {}

    static Object decode(Object json, Type type) {
        switch (type.name()) {
            case "bool":
            case "str":
                return json;
            case "int":
                return Long.valueOf(((Json.Numeral) json).text());
            case "float":
                return Double.valueOf(
                        json instanceof Json.Numeral numeral ? numeral.text() : (String) json);
            case "optional":
                return Optional.ofNullable(json == null ? null : decode(json, type.arguments().get(0)));
            case "list":
                return list((List<?>) json, type.arguments().get(0));
            case "map":
                return map((List<?>) json, type.arguments());
            default:
                return tuple((List<?>) json, type.arguments());
        }
    }

    private static List<Object> list(List<?> json, Type element) {
        List<Object> found = new ArrayList<>(json.size());
        for (Object item : json) {
            found.add(decode(item, element));
        }
        return found;
    }

    private static Map<Object, Object> map(List<?> json, List<Type> types) {
        Map<Object, Object> found = new LinkedHashMap<>();
        for (Object item : json) {
            List<?> pair = (List<?>) item;
            found.put(decode(pair.get(0), types.get(0)), decode(pair.get(1), types.get(1)));
        }
        return found;
    }

    private static Object tuple(List<?> json, List<Type> types) {
        Object[] parts = new Object[types.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = decode(json.get(i), types.get(i));
        }
        return Tuples.of(parts);
    }
}
