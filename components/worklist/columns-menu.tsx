import { Menu } from "@base-ui/react/menu";
import { Check, Columns3 } from "lucide-react";
import { useTranslations } from "use-intl";
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
      <Menu.Portal>
        <Menu.Positioner side="bottom" align="end" sideOffset={4} className="z-10">
          <Menu.Popup className="min-w-44 rounded-panel border border-line bg-raised p-1 text-body text-ink outline-none">
            {columns.map((column) => (
              <Menu.CheckboxItem
                key={column.id}
                checked={column.getIsVisible()}
                onCheckedChange={(checked) => column.toggleVisibility(checked)}
                className="flex min-h-8 cursor-default items-center gap-2 rounded-control px-2 outline-none select-none data-highlighted:bg-float pointer-coarse:min-h-11"
              >
                <span className="w-4">
                  <Menu.CheckboxItemIndicator>
                    <Check size={14} aria-hidden="true" />
                  </Menu.CheckboxItemIndicator>
                </span>
                {t(`columnNames.${column.id as ColumnId}`)}
              </Menu.CheckboxItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
