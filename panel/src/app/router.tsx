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
import { AuditPage } from "../features/audit/page";
import { validateAudit } from "../features/audit/view";
import { askFirst, askStored, noteVisit } from "../features/dashboard/early";
import { DashboardPage } from "../features/dashboard/page";
import { KEY_COLUMNS, KEY_SORTS, KeysPage } from "../features/keys/page";
import { LoginPage } from "../features/login/page";
import { MonitoringPage } from "../features/monitoring/page";
import { validateMonitoring } from "../features/monitoring/view";
import { PriceEditorPage } from "../features/prices/editor";
import { PricesPage, validatePriceSearch } from "../features/prices/page";
import { RequestDrawer } from "../features/requests/drawer";
import { SECTIONS, type Section, SettingsPage } from "../features/settings/page";
import { SetupPage } from "../features/setup/page";
import { SystemPage } from "../features/system/page";
import { UsagePage } from "../features/usage/page";
import { validateUsage } from "../features/usage/view";
import { operatorZone } from "../i18n";
import { oneOf, parseSearch, strict, stringifySearch, text } from "../lib/search";
import { viewValidator } from "../lib/view";
import { noteInside } from "./boot";
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
    noteInside(true);
  },
  component: Shell,
});

const dashboard = createRoute({
  getParentRoute: () => app,
  path: "/",
  validateSearch: strict(viewValidator({})),
  loaderDeps: ({ search }) => search,
  loader: ({ deps, cause }) =>
    cause === "stay" ? void askStored(deps, operatorZone()) : askFirst(deps, operatorZone()),
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
  validateSearch: strict(validateMonitoring),
  component: MonitoringPage,
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

const prices = createRoute({
  getParentRoute: () => app,
  path: "/prices",
  validateSearch: strict(validatePriceSearch),
  component: PricesPage,
});

const priceEditor = createRoute({
  getParentRoute: () => app,
  path: "/prices/edit",
  validateSearch: (search: Record<string, unknown>): { model?: string } => {
    const model = text(search.model);
    return model ? { model } : {};
  },
  component: PriceEditorPage,
});

const keys = createRoute({
  getParentRoute: () => app,
  path: "/keys",
  validateSearch: strict(viewValidator({ sorts: KEY_SORTS, columns: KEY_COLUMNS })),
  component: KeysPage,
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  validateSearch: (search: Record<string, unknown>): { section?: Section } => {
    const section = oneOf(search.section, SECTIONS);
    return section ? { section } : {};
  },
  component: SettingsPage,
});

const audit = createRoute({
  getParentRoute: () => app,
  path: "/audit",
  validateSearch: strict(validateAudit),
  component: AuditPage,
});

const system = createRoute({ getParentRoute: () => app, path: "/system", component: SystemPage });

/** Addresses of the reference panel and of an earlier one of ours, for links that people have kept. */
const ALIASES = [
  ["/dashboard", "/"],
  ["/monitoring", "/requests"],
  ["/usage-analytics", "/usage"],
  ["/collector", "/system"],
  ["/model-prices", "/prices"],
  ["/monitoring/model-prices", "/prices"],
  ["/config", "/settings"],
  ["/api-keys", "/keys"],
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
      app.addChildren([
        dashboard,
        requests.addChildren([request]),
        usage,
        prices,
        priceEditor,
        keys,
        settings,
        audit,
        system,
        ...aliases,
        unknown,
      ]),
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

const forget = router.subscribe("onLoad", () => {
  noteVisit();
  forget();
});

setLoginRedirect(() => {
  const { pathname, href } = router.state.location;
  if (pathname === "/login") return;
  const to = internal(href);
  void router.navigate({ to: "/login", search: to && to !== "/" ? { to } : {}, replace: true });
});
setSignedOutHandler(leaveToLogin);
