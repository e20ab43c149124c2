class Store implements Runnable {
    private int last;

    void put(String name, int size) {
        last = size;
    }

    public void rnu() {
        put("none", 0);
    }
}
