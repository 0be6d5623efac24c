import type { ComponentProps } from "react";

const looks = {
  primary: "bg-accent text-on-accent border-transparent hover:brightness-110 active:brightness-95",
  plain: "bg-float text-ink border-line hover:border-line-strong",
  quiet: "bg-transparent text-ink-2 border-transparent hover:text-ink hover:bg-float",
} as const;

export interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof looks;
}

export function Button({ look = "plain", className = "", ...props }: ButtonProps) {
  return (
    <button
      type="button"
      className={`inline-flex min-h-9 items-center gap-2 rounded-control border px-3 text-body font-medium whitespace-nowrap transition-colors duration-(--motion) disabled:opacity-50 ${looks[look]} ${className}`}
      {...props}
    />
  );
}
