// A text area as high as its text, up to a limit.
import { type RefObject, useLayoutEffect } from "react";

export function useAutoHeight(
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  tallest: number,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, tallest)}px`;
  }, [field, text, tallest]);
}
