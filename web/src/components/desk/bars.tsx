// A series over time as bars, drawn as SVG: no library, and the numbers stand in a table beside it.
import { clsx } from "clsx";
import { useTranslations } from "use-intl";

export interface Bar {
  key: string;
  label: string;
  value: number;
}

export interface BarsProps {
  /** What is shown, for whoever does not see it. */
  label: string;
  /** The head of the first column: what one bar is. */
  what: string;
  bars: readonly Bar[];
  text: (value: number) => string;
}

const HEIGHT = 100;

/** The next round number above, so that the axis reads well. */
export function niceTop(most: number): number {
  if (most <= 0) return 1;
  const ten = 10 ** Math.floor(Math.log10(most));
  const step = [1, 1.5, 2, 3, 4, 6, 8, 10].find((one) => one * ten >= most) ?? 10;
  return step * ten;
}

export function Bars({ label, what, bars, text }: BarsProps) {
  const t = useTranslations("usage.chart");
  const most = Math.max(0, ...bars.map((bar) => bar.value));
  const top = niceTop(most);
  const peak = bars.find((bar) => bar.value === most);
  // Few bars stay bars and do not become walls.
  const gap = bars.length > 60 ? 0.1 : Math.max(0.25, 1 - bars.length * 0.08);
  if (peak === undefined || most === 0)
    return (
      <p className="grid min-h-44 place-items-center rounded-card border border-line bg-surface p-4 text-center text-muted text-sm">
        {t("nothing", { label })}
      </p>
    );
  return (
    <figure className="rounded-card border border-line bg-surface p-4">
      <div className="flex gap-3">
        <div
          aria-hidden="true"
          className="flex h-44 flex-col justify-between text-end text-muted text-xs tabular-nums"
        >
          <span>{text(top)}</span>
          <span>{text(top / 2)}</span>
          <span>{text(0)}</span>
        </div>
        <div className="min-w-0 flex-1 py-2">
          <svg
            role="img"
            aria-label={t("summary", {
              label,
              count: bars.length,
              value: text(most),
              at: peak.label,
            })}
            viewBox={`0 0 ${Math.max(bars.length, 1)} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="h-40 w-full overflow-visible"
          >
            {[0, 0.5, 1].map((part) => (
              <line
                key={part}
                x1={0}
                x2={Math.max(bars.length, 1)}
                y1={part * HEIGHT}
                y2={part * HEIGHT}
                vectorEffect="non-scaling-stroke"
                className="stroke-line"
              />
            ))}
            {bars.map((bar, place) => {
              const height = (bar.value / top) * HEIGHT;
              return (
                <g key={bar.key} data-tip={`${bar.label}: ${text(bar.value)}`} className="group">
                  <rect x={place} width={1} height={HEIGHT} className="fill-transparent" />
                  <rect
                    x={place + gap / 2}
                    y={HEIGHT - height}
                    width={1 - gap}
                    height={height}
                    className="fill-accent group-hover:fill-accent-hover"
                  />
                </g>
              );
            })}
          </svg>
          <div
            aria-hidden="true"
            className={clsx(
              "mt-1.5 flex gap-2 text-muted text-xs tabular-nums",
              bars.length > 1 ? "justify-between" : "justify-center",
            )}
          >
            <span>{bars[0]?.label}</span>
            {bars.length > 2 ? <span>{bars[Math.floor((bars.length - 1) / 2)]?.label}</span> : null}
            {bars.length > 1 ? <span>{bars.at(-1)?.label}</span> : null}
          </div>
        </div>
      </div>
      <details className="mt-2 text-sm">
        <summary className="min-h-11 content-center text-muted hover:text-ink">
          {t("asTable")}
        </summary>
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
          tabIndex={0}
          aria-label={t("asTable")}
          className="max-h-72 overflow-y-auto"
        >
          <table className="w-full">
            <caption className="sr-only">{label}</caption>
            <thead>
              <tr className="text-muted text-xs">
                <th scope="col" className="py-1.5 text-start font-medium">
                  {what}
                </th>
                <th scope="col" className="py-1.5 text-end font-medium">
                  {label}
                </th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {bars.map((bar) => (
                <tr key={bar.key}>
                  <th scope="row" className="py-1.5 text-start font-normal">
                    {bar.label}
                  </th>
                  <td className="py-1.5 text-end tabular-nums">{text(bar.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}
