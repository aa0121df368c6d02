// The surface that `domain/engine.rs` calls. Everything crosses as JSON text or plain strings, so nothing of the
// host's is reachable from a template.
import './globals.mjs';
import { validate } from 'jsonschema';
import { createTemplateRenderer } from 'nunjitsu';
import { filters } from './filters.mjs';

const status = { failed: false, asked: false };
const contexts = [];
const files = [];
let renderer;

// One run's renderer and its first context.
const open = contextJson => {
  renderer = createTemplateRenderer({
    allowRegexExecution: true,
    filters,
    globals: {
      always: () => {
        status.asked = true;
        return true;
      },
      failure: () => {
        status.asked = true;
        return status.failed;
      },
    },
  });
  return contexts.push(renderer.prepareContext(JSON.parse(contextJson))) - 1;
};

// A context like `id` with one value replaced.
const withValue = (id, pathJson, valueJson) =>
  contexts.push(contexts[id].withValue(JSON.parse(pathJson), JSON.parse(valueJson))) - 1;

// Contexts of a finished step are dropped, so that a long run keeps a bounded number.
const release = idsJson => {
  for (const id of JSON.parse(idsJson)) contexts[id] = undefined;
};

// Renders one text. Answers a letter and JSON: `v…` a value, `u` nothing, `e` that the text cannot be rendered and stays
// as it is. Running out of memory is no template error and is not swallowed.
const renderText = (source, id) => {
  try {
    const text = JSON.stringify(renderer.renderValue(source, contexts[id]));
    return text === undefined ? 'u' : `v${text}`;
  } catch (error) {
    if (error instanceof InternalError) throw error;
    return 'e';
  }
};

const setFailed = failed => {
  status.failed = failed;
};

// Whether a template called always() or failure() since the last question.
const takeAsked = () => {
  const { asked } = status;
  status.asked = false;
  return asked;
};

// A renderer of whole files with one set of values.
const openFiles = (optionsJson, contextJson) => {
  const own = createTemplateRenderer({ ...JSON.parse(optionsJson), filters, allowRegexExecution: true });
  return files.push({ own, context: own.prepareContext(JSON.parse(contextJson)) }) - 1;
};

// Halves of characters become U+FFFD, as they do when Node writes them to a file.
const renderFile = (id, source) => files[id].own.render(source, files[id].context).toWellFormed();

const closeFiles = () => {
  files.length = 0;
};

// Answers JSON: what the `jsonschema` package found, as it serialises, and each finding as a sentence.
const check = (instanceJson, schemaJson) => {
  const found = validate(JSON.parse(instanceJson), JSON.parse(schemaJson)).errors;
  return JSON.stringify({ errors: found, texts: found.map(String) });
};

globalThis.engine = {
  open, withValue, release, renderText, setFailed, takeAsked, openFiles, renderFile, closeFiles, check,
};
