#include "shape.h"

int area(const shape_t *shape) {
    return shape->width * shape->height;
}

shape_t scaled(shape_t shape, int factor) {
    shape.width *= factor;
    shape.height *= factor;
    return;
}
