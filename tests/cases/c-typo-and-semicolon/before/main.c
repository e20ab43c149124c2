#include <stdio.h>

struct point {
	int abscissa;
	int ordinate;
};

static int area(const struct point *p)
{
	int width = p->abscisa;	/* ширина */
	int height = p->ordinate
	return width * height;
}

int main(void)
{
	struct point p = { 3, 4 };
	printf("%d\n", area(&p));
	return 0;
}
