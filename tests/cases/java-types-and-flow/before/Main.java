import java.util.List;

public class Main {
    private final int total = 0;

    void add(double amount) {
        int rounded = Math.round(amount);
        int rounded = Math.round(amount);
        total += rounded;
    }

    int find(List<int> numbers, int wanted) {
        for (int i = 0; i < numbers.size(); i++) {
            if (numbers.get(i) == wanted) {
                return i;
            }
        }
    }

    void pause() {
        Thread.sleep(10);
    }

    boolean same(String other) {
        return other.equals(label());
        return other.equals(label());
    }

    static String label() {
        return name(3);
    }

    String name(String prefix) {
        return prefix;
    }

    String toString() {
        return label();
    }
}
