// The outermost route.
import { createRootRouteWithContext } from "@tanstack/react-router";
import { RootLayout } from "@/app/root-layout.tsx";
import type { RouterContext } from "@/app/router.ts";

export const Route = createRootRouteWithContext<RouterContext>()({ component: RootLayout });
