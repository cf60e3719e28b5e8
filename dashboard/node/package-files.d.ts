declare module "virtual:package-files" {
  export const packageFiles: Readonly<Record<string, string>>;
}
