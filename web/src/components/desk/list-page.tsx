// A page about things of one kind: the list in each of its states, a form for a new one or an old one, a question before one goes.
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button.tsx";
import { type Act, AskFirst } from "./ask-first.tsx";
import { Listed, type ListedProps } from "./listed.tsx";
import { Page } from "./page.tsx";

/** What can be done with one of them. */
export interface Hands<T> {
  edit: (one: T) => void;
  remove: (one: T) => void;
}

export interface ListPageProps<T> extends Omit<ListedProps<T>, "children"> {
  title: string;
  lead: string;
  /** The button that opens the form for a new one. */
  add?: string;
  /** The form: for one of them, or for a new one. */
  form?: (one: T | null, close: () => void) => ReactNode;
  removal?: Act<T>;
  actions?: ReactNode;
  above?: ReactNode;
  below?: ReactNode;
  children: (items: readonly T[], hands: Hands<T>) => ReactNode;
}

export function ListPage<T>({
  title,
  lead,
  add,
  form,
  removal,
  actions,
  above,
  below,
  children,
  ...list
}: ListPageProps<T>) {
  const [editing, setEditing] = useState<{ one: T | null } | null>(null);
  const [leaving, setLeaving] = useState<T | null>(null);
  const hands: Hands<T> = { edit: (one) => setEditing({ one }), remove: setLeaving };
  return (
    <Page
      title={title}
      lead={lead}
      actions={
        add === undefined ? (
          actions
        ) : (
          <Button onClick={() => setEditing({ one: null })}>{add}</Button>
        )
      }
    >
      {above}
      <Listed {...list}>{(items) => children(items, hands)}</Listed>
      {below}
      {editing === null ? null : form?.(editing.one, () => setEditing(null))}
      {removal ? <AskFirst {...removal} about={leaving} onClose={() => setLeaving(null)} /> : null}
    </Page>
  );
}
