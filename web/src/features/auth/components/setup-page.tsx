// First start: whoever holds the token that the server printed becomes its administrator.
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { AccountForm } from "./account-form.tsx";
import { AuthFrame } from "./auth-frame.tsx";

/** The link that the server prints carries the token behind the `#`, which browsers send to nobody. */
function tokenOfLink(): string {
  return new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
}

export function SetupPage({ onDone }: { onDone: () => void }) {
  const t = useTranslations("auth.setup");
  const [token, setToken] = useState(tokenOfLink);
  useEffect(() => {
    const take = () => {
      if (location.hash === "") return;
      setToken(tokenOfLink());
      // Taken over into the form; it need not stay in the address bar and the history.
      history.replaceState(history.state, "", location.pathname);
    };
    take();
    // The link may also be pasted while this page is open, which loads nothing anew.
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);
  return (
    <AuthFrame title={t("title")} lead={t("lead")}>
      <AccountForm key={token} token={token} submitLabel={t("submit")} onDone={onDone} />
    </AuthFrame>
  );
}
