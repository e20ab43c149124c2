#include <stdio.h>

static void show(const shape_t *shape, uint8_t times) {
    for (; times > 0; times--) {
        printf("%d\n", area(shape));
    }
}

int main(void) {
    shape_t shape = {2, 3};
    int factor = 4;
    shape = scaled(shape);
    show(&shape, 1, 0);
    return finish(0);
}

int finish(int code) {
    return code;
}
