export { Cell, Table } from "@/components/ui/table";
