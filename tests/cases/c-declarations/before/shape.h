#ifndef SHAPE_H
#define SHAPE_H

typedef struct {
    int width;
    int height;
} shape_t;

double *area(const shape_t *shape);
shape_t scaled(shape_t shape, int factor);

#endif
