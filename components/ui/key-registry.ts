/**
 * Every key of the product, in the order of the cheat sheet. A key is named as KeyboardEvent.key names it, letters in
 * lower case; "Shift+" goes before letters and named keys, never before signs such as "?" that a keyboard's layout
 * may or may not put on Shift. What an action is called stands in messages/<language>/keys.json.
 */
export const keyRegistry = {
  choose: { group: "image", keys: ["o"] },
  sample: { group: "image", keys: ["s"] },
  next: { group: "image", keys: ["ArrowDown", "ArrowRight", "j"] },
  previous: { group: "image", keys: ["ArrowUp", "ArrowLeft", "k"] },
  first: { group: "image", keys: ["Home"] },
  last: { group: "image", keys: ["End"] },
  remove: { group: "image", keys: ["Delete"] },
  undo: { group: "image", keys: ["z"] },
  worklist: { group: "image", keys: ["d"] },
  nextFrame: { group: "image", keys: ["PageDown", "."] },
  previousFrame: { group: "image", keys: ["PageUp", ","] },
  export: { group: "image", keys: ["Shift+s"] },
  clear: { group: "image", keys: ["Escape"] },

  preset: { group: "gray", keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"] },
  widen: { group: "gray", keys: ["w"] },
  narrow: { group: "gray", keys: ["Shift+w"] },
  darken: { group: "gray", keys: ["l"] },
  brighten: { group: "gray", keys: ["Shift+l"] },
  invert: { group: "gray", keys: ["i"] },

  zoomIn: { group: "view", keys: ["+", "="] },
  zoomOut: { group: "view", keys: ["-"] },
  fit: { group: "view", keys: ["f"] },
  actualSize: { group: "view", keys: ["a"] },
  panLeft: { group: "view", keys: ["Shift+ArrowLeft"] },
  panRight: { group: "view", keys: ["Shift+ArrowRight"] },
  panUp: { group: "view", keys: ["Shift+ArrowUp"] },
  panDown: { group: "view", keys: ["Shift+ArrowDown"] },
  rotateLeft: { group: "view", keys: ["<"] },
  rotateRight: { group: "view", keys: [">"] },
  flipHorizontal: { group: "view", keys: ["h"] },
  flipVertical: { group: "view", keys: ["v"] },
  probe: { group: "view", keys: ["p"] },
  reset: { group: "view", keys: ["r"] },

  explanation: { group: "explanation", keys: ["e"] },
  explanationOpacity: { group: "explanation", keys: ["Shift+e"] },
  explanationClass: { group: "explanation", keys: ["c"] },
  sideBySide: { group: "explanation", keys: ["b"] },

  agree: { group: "feedback", keys: ["Shift+a"] },
  disagree: { group: "feedback", keys: ["Shift+d"] },
  correctNormal: { group: "feedback", keys: ["Shift+n"] },
  correctPneumonia: { group: "feedback", keys: ["Shift+p"] },
  correctOther: { group: "feedback", keys: ["Shift+o"] },
  withdraw: { group: "feedback", keys: ["q"] },

  identity: { group: "product", keys: ["n"] },
  modelCard: { group: "product", keys: ["m"] },
  diagnostics: { group: "product", keys: ["x"] },
  useOffer: { group: "product", keys: ["u"] },
  theme: { group: "product", keys: ["t"] },
  privacy: { group: "product", keys: ["y"] },
  language: { group: "product", keys: ["g"] },
  keys: { group: "product", keys: ["?"] },
} as const satisfies Record<string, { group: string; keys: readonly [string, ...string[]] }>;

export type KeyAction = keyof typeof keyRegistry;
export type KeyGroup = (typeof keyRegistry)[KeyAction]["group"];

/** A key press by its name in the registry. */
export interface KeyPress {
  key: string;
  code: string;
  shiftKey: boolean;
}

const actionOf = new Map(
  (Object.keys(keyRegistry) as KeyAction[]).flatMap((action) =>
    keyRegistry[action].keys.map((key): [string, KeyAction] => [key, action]),
  ),
);

/**
 * Which action a key press asks for, and by which of its keys. A French keyboard has its digits on Shift: there the
 * key itself counts where its sign has no action of its own.
 */
export function findKeyAction({ key, code, shiftKey }: KeyPress): { action: KeyAction; key: string } | null {
  const name = nameOf(key, shiftKey);
  const digit = shiftKey ? undefined : /^Digit(\d)$/.exec(code)?.[1];
  for (const candidate of [name, digit]) {
    const action = candidate === undefined ? undefined : actionOf.get(candidate);
    if (action && candidate !== undefined) return { action, key: candidate };
  }
  return null;
}

function nameOf(key: string, shiftKey: boolean): string {
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  const name = key.length === 1 ? key.toLowerCase() : key;
  return shiftKey && !isSign ? `Shift+${name}` : name;
}

/** The first key of an action as its cap is printed: "I", "⇧ ←", "Esc". */
export function keyCapOf(action: KeyAction): string {
  return printedKey(keyRegistry[action].keys[0]);
}

/** A key's name in the registry → what stands on its cap. */
export function printedKey(name: string): string {
  return name.split("+").length > 1 && name !== "+"
    ? name
        .split("+")
        .map((part) => caps[part] ?? part.toUpperCase())
        .join(" ")
    : (caps[name] ?? name.toUpperCase());
}

const caps: Record<string, string> = {
  Shift: "⇧",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "Page ↑",
  PageDown: "Page ↓",
  Escape: "Esc",
  Home: "Home",
  End: "End",
  Delete: "Del",
  "-": "−",
};
