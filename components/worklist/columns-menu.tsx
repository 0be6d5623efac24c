import { Menu } from "@base-ui/react/menu";
import { Columns3 } from "lucide-react";
import { useTranslations } from "use-intl";
import { CheckedPopup } from "@/components/ui/checked-popup";
import { type ColumnId, columnIds } from "./columns";
import { IconButton } from "./icon-button";
import type { WorklistTable } from "./use-worklist-table";

/** Which columns stand in the list. */
export function ColumnsMenu({ table }: { table: WorklistTable }) {
  const t = useTranslations("worklist");
  const columns = columnIds
    .flatMap((id) => table.getColumn(id) ?? [])
    .filter((column) => column.getCanHide());
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton label={t("columns.title")} icon={Columns3} />} />
      <CheckedPopup
        choices={columns.map(({ id }) => ({ value: id, title: t(`columnNames.${id as ColumnId}`) }))}
        chosen={columns.filter((column) => column.getIsVisible()).map(({ id }) => id)}
        onToggle={(id, isShown) => table.getColumn(id)?.toggleVisibility(isShown)}
        align="end"
      />
    </Menu.Root>
  );
}
