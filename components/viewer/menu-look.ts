export const menuLook =
  "min-w-44 rounded-panel border border-line bg-raised p-1 text-body text-ink outline-none";

export const menuItemLook =
  "flex min-h-8 cursor-default items-center gap-2 rounded-control px-2 outline-none select-none data-highlighted:bg-float data-highlighted:text-ink pointer-coarse:min-h-11";
