/** Takes the focus from a control, so that the keys of a list are the list's: Enter would press the control instead. */
export function releaseFocus(): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement !== document.body) activeElement.blur();
}
