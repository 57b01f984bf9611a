package codegen.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as the verifier writes it: null, Boolean, String, List, Map, and numbers as they are written.
 *
 * <p>Not here: input that is not JSON is not told from JSON; it comes from the verifier alone.
 */
public final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** A number's text. */
    public record Numeral(String text) {}

    /** Returns the value that a text holds. */
    public static Object parse(String text) {
        return new Json(text).value();
    }

    private Object value() {
        switch (next()) {
            case '[':
                return list();
            case '{':
                return map();
            case '"':
                return string();
            case 't':
                at += 3;
                return Boolean.TRUE;
            case 'f':
                at += 4;
                return Boolean.FALSE;
            case 'n':
                at += 3;
                return null;
            default:
                return numeral();
        }
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.charAt(at++);
    }

    private List<Object> list() {
        List<Object> found = new ArrayList<>();
        if (next() == ']') {
            return found;
        }
        at--;
        do {
            found.add(value());
        } while (next() == ',');
        return found;
    }

    private Map<String, Object> map() {
        Map<String, Object> found = new LinkedHashMap<>();
        if (next() == '}') {
            return found;
        }
        at--;
        do {
            next();
            String key = string();
            next();
            found.put(key, value());
        } while (next() == ',');
        return found;
    }

    private Numeral numeral() {
        int start = at - 1;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return new Numeral(text.substring(start, at));
    }

    private String string() {
        StringBuilder found = new StringBuilder();
        for (char letter = text.charAt(at++); letter != '"'; letter = text.charAt(at++)) {
            found.append(letter == '\\' ? escaped() : letter);
        }
        return found.toString();
    }

    private char escaped() {
        char letter = text.charAt(at++);
        switch (letter) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 4, at), 16);
            default:
                return letter;
        }
    }

    /** Appends a string, in ASCII alone: what is half of a pair stays so. */
    public static void quote(StringBuilder out, String said) {
        out.append('"');
        for (int i = 0; i < said.length(); i++) {
            char letter = said.charAt(i);
            if (letter == '"' || letter == '\\') {
                out.append('\\').append(letter);
            } else if (letter < 0x20 || letter > 0x7E) {
                out.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    out.append("0123456789abcdef".charAt(letter >> shift & 0xF));
                }
            } else {
                out.append(letter);
            }
        }
        out.append('"');
    }

    /** Returns a text of at most so many letters, without half of a pair at its end. */
    public static String cut(String said, int most) {
        if (said == null || said.length() <= most) {
            return said == null ? "" : said;
        }
        return said.substring(0, Character.isHighSurrogate(said.charAt(most - 1)) ? most - 1 : most);
    }
}
