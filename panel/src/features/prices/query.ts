import { queryOptions } from "@tanstack/react-query";
import { prices } from "../../api/prices";

export const bookKey = ["price-book"];

/** Every price with its versions, and the models that have none. */
export const bookQuery = queryOptions({ queryKey: bookKey, queryFn: prices.book, staleTime: 10_000 });
