import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { I18nProvider } from "../../i18n";
import { Values } from "./values";

const asked = vi.hoisted(() => ({ total: 0, shown: [] as string[], changing: false }));
vi.mock("../data", () => ({
  useCredentialNames: () => new Map(),
  useKeyNames: () => new Map(),
  useQuestion: () => ({
    data: {
      answer: {
        rows: asked.shown.map((value) => ({ keys: [value], values: { calls: 7 } })),
        total_groups: asked.total,
      },
    },
    loading: false,
    error: null,
    changing: asked.changing,
    retry: () => undefined,
  }),
}));
afterEach(cleanup);

function find(text: string, chosen: string[] = []) {
  render(
    <I18nProvider>
      <Values name="model" search={chosen.length > 0 ? { model: chosen } : {}} onChange={() => undefined} />
    </I18nProvider>,
  );
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: text } });
}

it("says of a value that is not listed that only the most used ones are looked through, and how many there are", () => {
  Object.assign(asked, { total: 1_234, shown: ["gpt-5.4"], changing: false });
  find("rare-model");
  expect(screen.getByText(/Not among the 200 most used of 1,234 values/)).toBeDefined();
  expect(screen.queryByText(/No request in this view has such a value/)).toBeNull();
});

it("says that there is none where all of them are listed", () => {
  Object.assign(asked, { total: 1, shown: ["gpt-5.4"], changing: false });
  find("rare-model");
  expect(screen.getByText("No request in this view has such a value.")).toBeDefined();
});

it("counts no requests for a chosen value that is not among those listed", () => {
  Object.assign(asked, { total: 1_234, shown: ["gpt-5.4"], changing: false });
  find("", ["rare-model"]);
  const text = (name: string) => screen.getByTitle(name).textContent;
  expect(text("rare-model")).toBe("rare-model");
  expect(text("gpt-5.4")).toBe("gpt-5.47");
  cleanup();
  Object.assign(asked, { total: 1 });
  find("", ["rare-model"]);
  expect(text("rare-model")).toBe("rare-model0");
});

it("lists no values of the question before", () => {
  Object.assign(asked, { total: 1, shown: ["gpt-5.4"], changing: true });
  find("");
  expect(screen.queryByRole("checkbox")).toBeNull();
  expect(screen.queryByText("No request in this view has such a value.")).toBeNull();
});
