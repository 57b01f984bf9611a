import java.util.List;
import java.util.Map;
import java.util.Optional;

final class CodegenCall {
    @SuppressWarnings("unchecked")
    static Object call(Object[] arguments) throws Throwable {
        Map<String, Tuple2<Long, Double>> argument0 = (Map<String, Tuple2<Long, Double>>) arguments[0];
        Optional<List<Boolean>> argument1 = (Optional<List<Boolean>>) arguments[1];
        Solution.all();
        return argument1.isEmpty() ? argument0 : argument0;
    }
}
