import type { Messages } from "@/messages/load";
import type { Locale } from "./locales";

// A key that messages/en does not have is a compile error.
declare module "use-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}
