$package
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class CodegenCall {
    @SuppressWarnings("unchecked")
    static Object call(Object[] arguments) throws Throwable {
$arguments
        $returns result = $new$owner$parentheses.$function($names);
        return result;
    }
}
