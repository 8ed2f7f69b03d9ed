// The mark and the name.
export function Logo({ name = true }: { name?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5">
      <svg viewBox="0 0 64 64" className="size-8 shrink-0" aria-hidden="true">
        <rect width="64" height="64" rx="18" className="fill-[oklch(0.47_0.088_180)]" />
        <path
          d="M32 15c-10.500 0-19 7-19 15.700 0 4.900 2.700 9.200 6.900 12.100L18.500 50l8.300-4.100c1.700.3 3.400.5 5.200.5 10.500 0 19-7 19-15.700S42.500 15 32 15Z"
          fill="#fff"
        />
        <circle cx="24" cy="31" r="3" className="fill-[oklch(0.47_0.088_180)]" />
        <circle cx="32" cy="31" r="3" className="fill-[oklch(0.47_0.088_180)]" />
        <circle cx="40" cy="31" r="3" fill="#e8a33d" />
      </svg>
      {name ? <span className="font-semibold text-lg tracking-tight">Obrol</span> : null}
    </span>
  );
}
