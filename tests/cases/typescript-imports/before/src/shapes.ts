export interface Shape {
    readonly name: string;
    area(): number;
}

export function largest(shapes: readonly Shape[]): Shape | undefined {
    return [...shapes].sort((a, b) => b.area() - a.area())[0];
}
