import { format } from "./format";

const square: Shape = { name: "square", area: () => 4 };
const unused = 1;

export const answer = formatt(largest([square])?.name ?? "none");
