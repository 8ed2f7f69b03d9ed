// The whole of a message's Markdown; while it is being written only its last block is parsed and rendered again.
import { useDeferredValue, useRef } from "react";
import { mended, NOTHING, type Parsed, parseBlocks } from "./blocks.ts";
import { BlockView } from "./rich.tsx";

export interface MarkdownProps {
  text: string;
  streaming?: boolean;
}

export function Markdown({ text, streaming = false }: MarkdownProps) {
  // Typing and the stop button go before the next piece of text.
  const calm = useDeferredValue(text);
  const shown = streaming ? calm : text;
  const before = useRef<Parsed>(NOTHING);
  const parsed = parseBlocks(shown, before.current);
  before.current = parsed;
  const blocks = streaming ? mended(parsed) : parsed.blocks;
  const last = blocks.length - 1;
  return (
    <div className="min-w-0 [overflow-wrap:anywhere]">
      {blocks.map((block, index) =>
        block.token.type === "space" ? null : (
          <BlockView key={block.start} token={block.token} open={streaming && index === last} />
        ),
      )}
    </div>
  );
}
