public class Main {
    public static void main(String[] args) {
        String greeting = "hello"
        System.out.println(greeting);
        int n = 1 + (2 * 3;
    }
}
