/** How components are compiled: with runes, and no warnings. */

export default {
  compilerOptions: { runes: true, modernAst: true },
  vitePlugin: {},
};
