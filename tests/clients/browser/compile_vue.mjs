// Prints the module that a .vue file stands for, and what puts it on a page: `node compile_vue.mjs FILE`.
import { readFile } from 'node:fs/promises';
import { compileScript, parse } from 'vue/compiler-sfc';

const file = process.argv[2];
// What the snippet asks of the site's own build.
const compilerOptions = { isCustomElement: (tag) => tag === 'corvee-captcha' };
const { descriptor, errors } = parse(await readFile(file, 'utf8'), { templateParseOptions: compilerOptions });
if (errors.length) throw errors[0];
const { content } = compileScript(descriptor, {
  id: 'snippet', inlineTemplate: true, genDefaultAs: 'Snippet', templateOptions: { compilerOptions },
});
console.log(`import { createApp } from 'vue';\n${content}\ncreateApp(Snippet).mount('#place');`);
