// Whether fingers type. They have no Shift+Enter: there Enter breaks the line and a button sends.

export const byTouch = () => matchMedia("(pointer: coarse)").matches;
