// Gives its one child more props: names of classes are joined, handlers run both, the child's own word counts otherwise.
import { clsx } from "clsx";
import { cloneElement, type HTMLAttributes, type ReactElement, type Ref } from "react";

type Props = Record<string, unknown>;

export interface SlotProps extends HTMLAttributes<HTMLElement> {
  ref?: Ref<HTMLButtonElement> | undefined;
}

export function Slot({ children, ...props }: SlotProps) {
  const given = props as Props;
  const child = children as ReactElement<Props>;
  const own = child.props;
  const merged: Props = { ...given };
  for (const [name, value] of Object.entries(own)) {
    const other = given[name];
    if (name === "className") merged[name] = clsx(other as string, value as string);
    else if (name === "ref") merged[name] = both(value as Ref<unknown>, other as Ref<unknown>);
    else if (/^on[A-Z]/.test(name) && isHandler(value) && isHandler(other)) {
      merged[name] = (event: unknown) => {
        value(event);
        other(event);
      };
    } else if (value !== undefined) merged[name] = value;
  }
  return cloneElement(child, merged);
}

function isHandler(value: unknown): value is (event: unknown) => void {
  return typeof value === "function";
}

function both(one: Ref<unknown>, other: Ref<unknown> | undefined): Ref<unknown> {
  if (!other) return one;
  return (element: unknown) => {
    const undo = [one, other].map((ref) => {
      if (typeof ref === "function") return ref(element) ?? (() => ref(null));
      if (ref) ref.current = element;
      return () => {
        if (ref) ref.current = null;
      };
    });
    return () => {
      for (const step of undo) step();
    };
  };
}
