import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { analytics } from "../../api/analytics";
import type { SavedView } from "../../api/analytics-types";
import { ApiError } from "../../api/errors";
import { I18nProvider } from "../../i18n";
import { writeSetting } from "../../lib/storage";
import { ToastProvider } from "../../ui/toast";
import { ViewsMenu } from "./views-menu";

const kept = vi.hoisted(() => ({ views: [] as SavedView[], save: vi.fn(), remove: vi.fn() }));
vi.mock("../data", () => ({
  useSavedViews: () => ({ views: { data: kept.views }, save: kept.save, remove: kept.remove }),
}));

const view = (search: string) => ({ id: "7", name: "Failures", page: "/usage", search }) as SavedView;
const REFUSAL = new ApiError(503, "storage_unavailable", "the database cannot be written", undefined, undefined);

beforeEach(() => {
  kept.views = [view("status=failed")];
  kept.save.mockReset().mockResolvedValue(undefined);
  kept.remove.mockReset().mockResolvedValue(undefined);
});
afterEach(() => {
  cleanup();
  localStorage.clear();
});

const click = (name: string) => act(async () => fireEvent.click(screen.getByRole("button", { name })));
async function open(label = "Views") {
  render(
    <I18nProvider>
      <ToastProvider closeLabel="Close">
        <ViewsMenu page="/usage" search={{ range: "7d" }} onOpen={() => {}} />
      </ToastProvider>
    </I18nProvider>,
  );
  await click(label);
}

it("puts a removed view back, but not over one that was stored under its name since", async () => {
  const list = vi.spyOn(analytics, "views").mockResolvedValueOnce({ items: [view("status=ok")] });
  await open();
  await click("Remove the view Failures");
  expect(kept.remove).toHaveBeenCalledExactlyOnceWith("7");
  await click("Undo");
  expect(kept.save).not.toHaveBeenCalled();
  expect(screen.queryByText("View Failures has been changed since and is left as it is")).not.toBeNull();

  list.mockResolvedValueOnce({ items: [] });
  // The list closes when something beside it is pressed.
  await click("Views");
  await click("Remove the view Failures");
  await click("Undo");
  expect(kept.save).toHaveBeenCalledExactlyOnceWith({ name: "Failures", page: "/usage", search: "status=failed" });
  expect(screen.queryByText("View Failures is back")).not.toBeNull();
});

it("brings back what stood under a name before", async () => {
  vi.spyOn(analytics, "views").mockResolvedValueOnce({ items: [view("range=7d")] });
  await open();
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "Failures" } });
  await click("Save");
  await click("Undo");
  expect(kept.save).toHaveBeenLastCalledWith({ name: "Failures", page: "/usage", search: "status=failed" });
});

it("says in the chosen language what the manager refuses", async () => {
  writeSetting("language", "zh-CN");
  kept.remove.mockRejectedValueOnce(REFUSAL);
  await open("视图");
  await click("删除视图 Failures");
  const alert = screen.getByRole("alert").textContent;
  expect(alert).toContain("视图未能删除");
  expect(alert).not.toContain("database");
  expect(alert).not.toContain("Undo");
});
