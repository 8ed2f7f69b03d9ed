// Which colour a state has.
export const CREDIT_TONES = { ok: "good", warning: "warn", critical: "danger" } as const;
export const BREAKER_TONES = { closed: "good", half_open: "warn", open: "danger" } as const;
export const CONDITION_TONES = { ready: "good", resting: "warn", disabled: "plain" } as const;
