// The title of the document follows the page, and screen readers hear it after a navigation.
import { useEffect } from "react";

const PRODUCT = "Obrol";

export function usePageTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · ${PRODUCT}` : PRODUCT;
  }, [title]);
}
