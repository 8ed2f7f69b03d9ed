// Where a menu goes beside its button: the wished side when there is room, else the roomier one; never off the screen.
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Place {
  left: number;
  top: number;
  maxHeight: number;
}

const GAP = 6;
const EDGE = 8;

export function placeMenu(
  button: Box,
  menu: { width: number; height: number },
  screen: { width: number; height: number },
  side: "top" | "bottom",
  align: "start" | "center" | "end",
): Place {
  const above = button.top - GAP - EDGE;
  const below = screen.height - button.bottom - GAP - EDGE;
  const room = side === "top" ? above : below;
  const other = side === "top" ? below : above;
  const fits = room >= menu.height || room >= other;
  const top = (side === "top") === fits;
  const maxHeight = Math.max(0, top ? above : below);
  const height = Math.min(menu.height, maxHeight);
  const wished = {
    start: button.left,
    center: (button.left + button.right - menu.width) / 2,
    end: button.right - menu.width,
  }[align];
  return {
    left: Math.max(EDGE, Math.min(wished, screen.width - menu.width - EDGE)),
    top: top ? button.top - GAP - height : button.bottom + GAP,
    maxHeight,
  };
}
