// Says the new page's title after a navigation, which a screen reader would otherwise not notice.
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";

export function RouteAnnouncer() {
  const router = useRouter();
  const [title, setTitle] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const stop = router.subscribe("onResolved", ({ pathChanged, fromLocation }) => {
      if (!pathChanged || fromLocation === undefined) return;
      clearTimeout(timer);
      // The page sets its title in an effect; wait until it has.
      timer = setTimeout(() => setTitle(document.title), 150);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [router]);
  return (
    <p aria-live="polite" className="sr-only">
      {title}
    </p>
  );
}
