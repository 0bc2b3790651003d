export { type Column, readSort, type Sort, writeSort } from "./columns";
export { DataTable, type Density, type LinkProps, type TableProps } from "./table";
export { ColumnMenu, ExportMenu, useDensity } from "./tools";
