// How lucide's drawings become elements here: the build puts this in place of the library's own maker, which weighs as much
// as twenty drawings for options that no page uses.
import { createElement, type ReactNode, type SVGProps } from "react";

interface IconData {
  name: string;
  node: [tag: string, attributes: Record<string, string>][];
}

export default function createLucideIcon({
  node,
}: IconData): (props: SVGProps<SVGSVGElement>) => ReactNode {
  const drawn = node.map(([tag, attributes]) => createElement(tag, attributes));
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each drawing, when its module loads
  return function Icon(props) {
    return createElement(
      "svg",
      {
        width: 24,
        height: 24,
        viewBox: "0 0 24 24",
        fill: "none",
        stroke: "currentColor",
        strokeWidth: 2,
        strokeLinecap: "round",
        strokeLinejoin: "round",
        "aria-hidden": true,
        ...props,
      },
      drawn,
    );
  };
}
