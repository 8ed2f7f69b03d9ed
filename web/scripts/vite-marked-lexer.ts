// Keeps of marked what the pages use: its lexer. The rest (parser, renderers, hooks, the instance that ties them together)
// writes HTML, which no page ever does; its module runs on import, so tree shaking alone cannot take it out.
import type { Plugin } from "vite";

const MODULE = /\/marked\/lib\/marked\.esm\.js$/;
/** Where the module begins to build the instance that nobody here asks for. */
const INSTANCE = /var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\(\w+,\w+\)\}/;

export function lexerOnly(code: string): string {
  const at = code.search(INSTANCE);
  const lexer = /[{,](\w+) as Lexer[,}]/.exec(code)?.[1];
  if (at === -1 || lexer === undefined)
    throw new Error("marked is built in another way now: see scripts/vite-marked-lexer.ts");
  return `${code.slice(0, at)}export{${lexer} as Lexer};`;
}

export function markedLexer(): Plugin {
  return {
    name: "obrol-marked-lexer",
    apply: "build",
    transform: {
      filter: { id: MODULE },
      handler: (code) => ({ code: lexerOnly(code), map: null }),
    },
  };
}
