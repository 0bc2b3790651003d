import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { setSignedOutHandler } from "../api/client";
import { queryClient, sessionQuery } from "../api/queries";
import { CollectorPage } from "../features/collector/page";
import { DashboardPage } from "../features/dashboard/page";
import { LoginPage } from "../features/login/page";
import { RequestDrawer } from "../features/requests/drawer";
import { validateRequestSearch } from "../features/requests/filters";
import { RequestsPage } from "../features/requests/page";
import { SetupPage } from "../features/setup/page";
import { UsagePage } from "../features/usage/page";
import { validateUsage } from "../features/usage/view";
import { parseSearch, strict, stringifySearch, text } from "../lib/search";
import { viewValidator } from "../lib/view";
import { PageError } from "./page-error";
import { leaveToLogin, needsSetup, setLoginRedirect } from "./session";
import { Shell } from "./shell";

const root = createRootRoute({ component: Outlet, errorComponent: PageError, notFoundComponent: () => null });

/** Addresses inside the panel only. */
function internal(path: string | undefined): string | undefined {
  return path?.startsWith("/") && !path.startsWith("//") && !path.startsWith("/login") ? path : undefined;
}

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: strict((search): { to?: string } => {
    const to = internal(text(search.to, 2000));
    return to ? { to } : {};
  }),
  component: LoginPage,
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData({ ...sessionQuery, revalidateIfStale: true });
    if (!session) {
      const to = internal(location.href);
      throw redirect({ to: "/login", search: to && to !== "/" ? { to } : {} });
    }
  },
  component: Outlet,
});

const setup = createRoute({ getParentRoute: () => signedIn, path: "/setup", component: SetupPage });

const app = createRoute({
  getParentRoute: () => signedIn,
  id: "app",
  beforeLoad: async () => {
    if (await needsSetup()) throw redirect({ to: "/setup" });
  },
  component: Shell,
});

const dashboard = createRoute({
  getParentRoute: () => app,
  path: "/",
  validateSearch: strict(viewValidator({})),
  component: DashboardPage,
});

const usage = createRoute({
  getParentRoute: () => app,
  path: "/usage",
  validateSearch: strict(validateUsage),
  component: UsagePage,
});

const requests = createRoute({
  getParentRoute: () => app,
  path: "/requests",
  validateSearch: strict(validateRequestSearch),
  component: RequestsPage,
});

const request = createRoute({
  getParentRoute: () => requests,
  path: "$id",
  params: {
    parse: ({ id }) => ({ id: /^\d{1,15}$/.test(id) ? Number(id) : 0 }),
    stringify: ({ id }) => ({ id: String(id) }),
  },
  component: RequestDrawer,
});

const collector = createRoute({ getParentRoute: () => app, path: "/collector", component: CollectorPage });

/** Addresses of the reference panel, for links that people have kept. */
const ALIASES = [
  ["/dashboard", "/"],
  ["/monitoring", "/requests"],
  ["/usage-analytics", "/usage"],
  ["/system", "/collector"],
] as const;
const aliases = ALIASES.map(([path, to]) =>
  createRoute({
    getParentRoute: () => app,
    path,
    beforeLoad: ({ search }) => {
      throw redirect({ to, search: search as never, replace: true });
    },
  }),
);

const unknown = createRoute({
  getParentRoute: () => app,
  path: "$",
  beforeLoad: () => {
    throw redirect({ to: "/", replace: true });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    signedIn.addChildren([
      setup,
      app.addChildren([dashboard, requests.addChildren([request]), usage, collector, ...aliases, unknown]),
    ]),
  ]),
  history: createHashHistory(),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

setLoginRedirect(() => {
  const { pathname, href } = router.state.location;
  if (pathname === "/login") return;
  const to = internal(href);
  void router.navigate({ to: "/login", search: to && to !== "/" ? { to } : {}, replace: true });
});
setSignedOutHandler(leaveToLogin);
