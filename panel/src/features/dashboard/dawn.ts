/**
 * Imported first of all: the dashboard's questions are on their way before the rest of the bundle has started, so that the
 * page can be drawn with their answers. For who was inside before; anybody else is led to the sign-in.
 */
import { operatorZone } from "../../i18n";
import { parseSearch } from "../../lib/search";
import { viewValidator } from "../../lib/view";
import { askEarly } from "./early";

/** The view of the dashboard, where `boot.js` found that this is where the page begins, with somebody inside. */
const home = (globalThis as { cpampHome?: string }).cpampHome;
if (home !== undefined) void askEarly(viewValidator({})(parseSearch(home)), operatorZone());
