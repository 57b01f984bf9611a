$package
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class CodegenCall {
    private final $class object;

    private CodegenCall($class object) {
        this.object = object;
    }

    @SuppressWarnings("unchecked")
    static Object call(Object[] arguments) throws Throwable {
$arguments
        return new CodegenCall(new $class($names));
    }

    @SuppressWarnings("unchecked")
    Object ask(String operation, Object[] arguments) throws Throwable {
        switch (operation) {
$asked
            default:
                throw new IllegalArgumentException(operation);
        }
    }
}
