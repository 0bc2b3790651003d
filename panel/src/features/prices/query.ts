import { queryOptions } from "@tanstack/react-query";
import { prices } from "../../api/prices";
import { bookOf } from "./list";

export const bookKey = ["price-book"];

/** Every price with its versions, how often it is used, and the models that have none. */
export const bookQuery = queryOptions({
  queryKey: bookKey,
  queryFn: async () => bookOf(...(await Promise.all([prices.list(), prices.unpriced(), prices.usage()]))),
  staleTime: 10_000,
});
