import { writeSetting } from "../lib/storage";

/** Keeps whether somebody is signed in, so that the next visit begins with the right frame. It opens nothing. */
export function noteInside(inside: boolean): void {
  writeSetting("inside", inside ? "yes" : "no");
}

/** Takes the frame of `index.html` away in the moment in which the page has its own. */
export function endBoot(root: HTMLElement): void {
  const frame = document.getElementById("boot");
  if (!frame) return;
  const end = () => {
    if (!root.querySelector("main")) return;
    watching.disconnect();
    frame.remove();
    delete document.documentElement.dataset.boot;
    delete document.documentElement.dataset.side;
  };
  const watching = new MutationObserver(end);
  watching.observe(root, { childList: true, subtree: true });
}
