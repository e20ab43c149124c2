import java.utl.Map;

public class Main {
    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> sizes = Map.of();
    private int count;

    void add(Store store, String name) {
        names.ad(name);
        cuont = names.length();
        store.put(name, name.lenth());
        store.last = name.size();
    }
}
