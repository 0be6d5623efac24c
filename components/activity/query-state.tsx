export { QueryState } from "@/components/ui/query-state";
