/**
 * Imported first of all: the dashboard's questions are on their way before the rest of the bundle has started, so that the
 * page can be drawn with their answers. For who was inside before; anybody else is led to the sign-in.
 */
import { operatorZone } from "../../i18n";
import { parseSearch } from "../../lib/search";
import { viewValidator } from "../../lib/view";
import { askEarly } from "./early";

const DASHBOARD = /^#?\/?(\?.*)?$/;

const search = DASHBOARD.exec(location.hash);
if (search && document.documentElement.dataset.boot === "shell") {
  void askEarly(viewValidator({})(parseSearch(search[1] ?? "")), operatorZone());
}
