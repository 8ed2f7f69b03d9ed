// One message with what can be done to it.
import { memo } from "react";
import type { Turn } from "../tree.ts";
import { AnswerView } from "./answer-view.tsx";
import { QuestionView } from "./question-view.tsx";

export interface TurnViewProps {
  turn: Turn;
  /** The end of the conversation: its actions are always visible. */
  last: boolean;
  /** Nothing new can be asked right now. */
  busy: boolean;
  ask: (text: string, parentId?: string | null) => void;
  chooseBranch: (messageId: string) => Promise<void>;
  /** The conversation's model, asked when an answer is wanted again. */
  model: string | null;
}

export const TurnView = memo(
  function TurnView(props: TurnViewProps) {
    return props.turn.message.author.type === "user" ? (
      <QuestionView {...props} />
    ) : (
      <AnswerView {...props} />
    );
  },
  (before, after) =>
    before.turn.message === after.turn.message &&
    before.turn.index === after.turn.index &&
    before.turn.siblings.join() === after.turn.siblings.join() &&
    before.last === after.last &&
    before.busy === after.busy &&
    before.model === after.model &&
    before.chooseBranch === after.chooseBranch,
);
