/** A key's name beside the action it triggers. Hidden where there is no keyboard to speak of. */
export function KeyCap({ children }: { children: string }) {
  return (
    <kbd className="hidden min-w-5 justify-center rounded-[4px] border border-current/30 px-1 font-sans text-small leading-[1.125rem] opacity-80 pointer-fine:inline-flex">
      {children}
    </kbd>
  );
}
