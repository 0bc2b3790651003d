import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { I18nProvider } from "../i18n";
import { ConfirmProvider, type Question, useConfirm } from "./confirm";

afterEach(cleanup);

const answers: boolean[] = [];
function Asker({ question }: { question: Question }) {
  const confirm = useConfirm();
  return (
    <button type="button" onClick={() => void confirm(question).then((done) => answers.push(done))}>
      ask
    </button>
  );
}

async function ask(question: Question) {
  answers.length = 0;
  render(
    <I18nProvider>
      <ConfirmProvider>
        <Asker question={question} />
      </ConfirmProvider>
    </I18nProvider>,
  );
  await act(async () => fireEvent.click(screen.getByText("ask")));
}

const question: Question = { title: "Disable dev@example.org?", confirm: "Disable account", keep: "Keep it" };

it("does nothing when kept", async () => {
  const run = vi.fn();
  await ask({ ...question, run });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Keep it" })));
  expect(run).not.toHaveBeenCalled();
  expect(answers).toEqual([false]);
});

it("wants the name typed, letter by letter, where data is lost", async () => {
  await ask({ ...question, typeToConfirm: "dev@example.org" });
  const act1 = screen.getByRole("button", { name: "Disable account" });
  expect(act1).toHaveProperty("disabled", true);
  const field = screen.getByRole("textbox");
  await vi.waitFor(() => expect(document.activeElement).toBe(field));
  await act(async () => fireEvent.change(field, { target: { value: "dev@example.or" } }));
  expect(act1).toHaveProperty("disabled", true);
  await act(async () => fireEvent.change(field, { target: { value: "dev@example.org" } }));
  expect(act1).toHaveProperty("disabled", false);
});

it("stays open with the reason when the act fails, and closes when it is done", async () => {
  const run = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("the gateway did not answer"));
  await ask({ ...question, run });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Disable account" })));
  expect(screen.getByRole("alert").textContent).toContain("the gateway did not answer");
  expect(answers).toEqual([]);
  run.mockResolvedValueOnce();
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Disable account" })));
  expect(answers).toEqual([true]);
});
