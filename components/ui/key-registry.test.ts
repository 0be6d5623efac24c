import { describe, expect, it } from "vitest";
import english from "@/messages/en/keys.json";
import french from "@/messages/fr/keys.json";
import { findKeyAction, keyCapOf, keyRegistry } from "./key-registry";

const press = (key: string, code = "", shiftKey = false) => findKeyAction({ key, code, shiftKey })?.action;

describe("the registry of keys", () => {
  it("gives no key to two actions", () => {
    const keys = Object.values(keyRegistry).flatMap((entry) => entry.keys as readonly string[]);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  it("names every action and group in both languages", () => {
    for (const messages of [english, french]) {
      expect(Object.keys(messages.actions)).toEqual(Object.keys(keyRegistry));
      expect(Object.keys(messages.groups)).toEqual([
        ...new Set(Object.values(keyRegistry).map(({ group }) => group)),
      ]);
    }
  });

  it("tells letters with and without Shift apart, whatever Caps Lock does", () => {
    expect(press("i")).toBe("invert");
    expect(press("I")).toBe("invert");
    expect(press("W", "KeyW", true)).toBe("narrow");
    expect(press("w", "KeyW", true)).toBe("narrow");
    expect(press("ArrowLeft", "ArrowLeft", true)).toBe("panLeft");
    expect(press("ArrowLeft")).toBe("previous");
    expect(press("_")).toBeUndefined();
  });

  it("takes a sign wherever the layout has it, and digits from a French keyboard without Shift", () => {
    expect(press("?", "Slash", true)).toBe("keys");
    expect(press("?", "KeyM", false)).toBe("keys");
    expect(findKeyAction({ key: "é", code: "Digit2", shiftKey: false })).toEqual({
      action: "preset",
      key: "2",
    });
    expect(findKeyAction({ key: "2", code: "Digit2", shiftKey: true })?.key).toBe("2");
    // The sign's own action goes first.
    expect(press("-", "Digit6", false)).toBe("zoomOut");
    expect(press("@", "Digit2", true)).toBeUndefined();
  });

  it("prints caps", () => {
    expect(keyCapOf("invert")).toBe("I");
    expect(keyCapOf("zoomIn")).toBe("+");
    expect(keyCapOf("panLeft")).toBe("⇧ ←");
    expect(keyCapOf("clear")).toBe("Esc");
  });
});
