import { useEffect, useRef } from "react";
import { findKeyAction, type KeyAction } from "./key-registry";

/** What each action does while the component is on screen; `key` tells which of its keys was pressed. */
export type KeyHandlers = Partial<Record<KeyAction, (key: string) => void>>;

/**
 * Runs the registry's actions for their keys, unless a key is typed into a field, comes with Ctrl, Alt or Meta, was
 * used by what has the focus, or a dialog or menu is open.
 */
export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isUsedByFocus(event)) return;
      const found = findKeyAction(event);
      const handler = found && latest.current[found.action];
      if (!handler) return;
      event.preventDefault();
      handler(found.key);
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

const popups = "[role=dialog], [role=alertdialog], [role=menu]";
const steppingKeys = /^(Arrow|Page|Home|End)/;

function isUsedByFocus({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector(popups)) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input[type=range], [role=slider], [role=radiogroup], [role=listbox]"))
    return steppingKeys.test(key);
  if (target.closest("input[type=checkbox], input[type=radio], input[type=file]")) return false;
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}
