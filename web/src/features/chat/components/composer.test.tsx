// Enter sends, Shift+Enter breaks, and the Enter that ends a Japanese conversion does neither.
import { fireEvent, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { renderApp } from "@/test/render-app.tsx";
import { Composer, LONGEST_MESSAGE } from "./composer.tsx";

function Box({ onSend, start = "" }: { onSend: (text: string) => void; start?: string }) {
  const [text, setText] = useState(start);
  return <Composer text={text} onChange={setText} onSend={onSend} />;
}

describe("Composer", () => {
  it("sends with Enter and breaks the line with Shift+Enter", async () => {
    const send = vi.fn();
    const { user } = await renderApp(<Box onSend={send} />, "id");
    const field = screen.getByRole("textbox", { name: "Pesan Anda" });
    await user.type(field, "satu{Shift>}{Enter}{/Shift}dua{Enter}");
    expect(send).toHaveBeenCalledExactlyOnceWith("satu\ndua");
  });

  it("leaves the Enter of a conversion alone in every browser's way of saying it", async () => {
    const send = vi.fn();
    await renderApp(<Box onSend={send} start="にほん" />, "ja");
    const field = screen.getByRole("textbox", { name: "メッセージ" });
    fireEvent.compositionStart(field);
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    fireEvent.keyDown(field, { key: "Enter", keyCode: 229 });
    // Safari: the composition has ended by the time its Enter arrives.
    fireEvent.compositionEnd(field);
    fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    expect(send).not.toHaveBeenCalled();
    await new Promise((resolve) => setTimeout(resolve, 80));
    fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    expect(send).toHaveBeenCalledOnce();
  });

  it("counts near the limit in characters, not in UTF-16 units, and refuses what is too long", async () => {
    const send = vi.fn();
    const { unmount } = await renderApp(<Box onSend={send} start={"😀".repeat(LONGEST_MESSAGE)} />);
    expect(screen.getByText(/32,768 of 32,768 characters/)).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Send" })).toBeEnabled();
    unmount();
    await renderApp(<Box onSend={send} start={"a".repeat(LONGEST_MESSAGE + 1)} />);
    expect(screen.getByRole("alert")).toHaveTextContent("too long");
    expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
  });

  it("breaks the line with Enter where fingers type", async () => {
    vi.spyOn(globalThis, "matchMedia").mockImplementation(
      (query) => ({ matches: query === "(pointer: coarse)" }) as MediaQueryList,
    );
    const send = vi.fn();
    const { user } = await renderApp(<Box onSend={send} />);
    await user.type(screen.getByRole("textbox"), "one{Enter}two");
    expect(send).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(send).toHaveBeenCalledExactlyOnceWith("one\ntwo");
  });

  it("does not send white space", async () => {
    const send = vi.fn();
    const { user } = await renderApp(<Box onSend={send} />);
    await user.type(screen.getByRole("textbox"), "   {Enter}");
    expect(send).not.toHaveBeenCalled();
  });
});
