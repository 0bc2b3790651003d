import { expect, it } from "vitest";
import { accountName } from "./account-name";

it("shows a masked key without the manager's mark, and every other name as it is", () => {
  expect(accountName("m:sk-a...eaad")).toBe("sk-a…eaad");
  expect(accountName("m:****")).toBe("…");
  expect(accountName("dev@example.org")).toBe("dev@example.org");
  expect(accountName("m:plain")).toBe("m:plain");
  expect(accountName("-")).toBe("-");
});
