import type { ButtonHTMLAttributes, Ref } from "react";
import { Icon, type IconName } from "./Icon";
import "./Button.css";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: IconName;
  variant?: "plain" | "outlined" | "primary";
  ref?: Ref<HTMLButtonElement>;
}

/** A button with a word, an icon, or both; with an icon alone it needs an `aria-label`. */
export function Button({ icon, variant = "plain", children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${className ?? ""}`} data-variant={variant} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
