import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { ApiError } from "../api/errors";
import { writeSetting } from "../lib/storage";
import { I18nProvider } from ".";
import { useFailureText } from "./failure";

function Why({ error }: { error: unknown }) {
  return <p role="alert">{useFailureText()(error)}</p>;
}
function said(error: unknown): string | null {
  cleanup();
  render(
    <I18nProvider>
      <Why error={error} />
    </I18nProvider>,
  );
  return screen.getByRole("alert").textContent;
}

afterEach(() => {
  cleanup();
  localStorage.clear();
});

it("says in the chosen language why an act was refused, and what to do", () => {
  const refusal = new ApiError(503, "storage_unavailable", "the database cannot be written", "free some", undefined);
  expect(said(refusal)).toBe("The database cannot be written. Free some.");
  writeSetting("language", "zh-CN");
  expect(said(refusal)).toBe("数据库暂时无法使用。查看系统页中的数据库状态。");
  expect(said(new ApiError(0, "timeout", "signal timed out", undefined, undefined))).toBe("管理器没有应答。");
  expect(said(new Error("the file is gone"))).toBe("the file is gone");
});
