package codegen.runtime;

import java.util.ArrayList;
import java.util.List;

/** A type of codegen's type language: a name and its arguments. */
record Type(String name, List<Type> arguments) {
    static Type parse(String text) {
        int open = text.indexOf('[');
        if (open < 0) {
            return new Type(text.strip(), List.of());
        }
        List<Type> arguments = new ArrayList<>();
        int depth = 0;
        int start = open + 1;
        for (int i = start; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (depth == 0 && (letter == ',' || letter == ']')) {
                arguments.add(parse(text.substring(start, i)));
                start = i + 1;
            }
            depth += letter == '[' ? 1 : letter == ']' ? -1 : 0;
        }
        return new Type(text.substring(0, open).strip(), arguments);
    }

    @Override
    public String toString() {
        if (arguments.isEmpty()) {
            return name;
        }
        StringBuilder out = new StringBuilder(name).append('[').append(arguments.get(0));
        arguments.subList(1, arguments.size()).forEach(each -> out.append(", ").append(each));
        return out.append(']').toString();
    }
}
