// manifests.mjs validate FILE: every document against its model (kubernetes-models).
// manifests.mjs types FILE OUT: every document as a typed constant (kubernetes-types), for tsc.
import { readFileSync, writeFileSync } from 'node:fs';
import * as yaml from 'js-yaml';

const [mode, file, out] = process.argv.slice(2);
const load = yaml.loadAll ?? yaml.default.loadAll;
const documents = load(readFileSync(file, 'utf8')).filter((document) => document);
const folders = {
  'v1': 'core/v1',
  'apps/v1': 'apps/v1',
  'batch/v1': 'batch/v1',
  'policy/v1': 'policy/v1',
  'networking.k8s.io/v1': 'networking/v1',
};
const models = { ...folders, 'v1': 'v1', 'networking.k8s.io/v1': 'networking.k8s.io/v1' };

function folderOf(table, document) {
  const folder = table[document.apiVersion];
  if (!folder) throw new Error(`no schema is known for ${document.apiVersion} ${document.kind}`);
  return folder;
}

async function validate(document) {
  const name = `${document.kind}/${document.metadata.name}`;
  const model = await import(`kubernetes-models/${folderOf(models, document)}/${document.kind}`);
  try {
    new model[document.kind](document).validate();
    return 0;
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    return 1;
  }
}

function typed(document, index) {
  const folder = folderOf(folders, document);
  return `export const d${index}: import('kubernetes-types/${folder}').${document.kind} = ` +
    `${JSON.stringify(document, null, 1)};\n`;
}

if (documents.length === 0) throw new Error(`${file} holds no document`);
if (mode === 'types') {
  writeFileSync(out, documents.map(typed).join(''));
} else {
  let wrong = 0;
  for (const document of documents) wrong += await validate(document);
  process.exitCode = wrong ? 1 : 0;
}
