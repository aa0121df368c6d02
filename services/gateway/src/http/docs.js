// Renders /api/openapi/SERVICE.json. Text goes in as text only; nothing of a document is ever parsed as HTML.
'use strict';

const services = document.body.dataset.services.split(' ').filter(Boolean);
const nav = document.querySelector('nav');
const main = document.querySelector('main');

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function resolve(specification, value) {
  if (!value || typeof value.$ref !== 'string') return value;
  return value.$ref.split('/').slice(1).reduce((part, key) => part && part[key], specification) ?? value;
}

function schemaBlock(specification, content) {
  const schema = resolve(specification, content && Object.values(content)[0] && Object.values(content)[0].schema);
  return schema ? element('pre', JSON.stringify(schema, undefined, 2)) : undefined;
}

function operation(specification, path, method, described) {
  const details = element('details');
  const summary = element('summary');
  summary.append(element('span', method.toUpperCase(), 'method'), element('code', path), ' ');
  summary.append(element('span', described.summary ?? ''));
  const body = element('div', undefined, 'body');
  const open = Array.isArray(described.security) && described.security.length === 0;
  if (described.description) body.append(element('p', described.description));
  body.append(element('p', open ? 'No sign-in needed.' : 'Needs a token.'));
  if (described.parameters?.length) {
    const table = element('table');
    for (const parameter of described.parameters.map(one => resolve(specification, one))) {
      const row = element('tr');
      row.append(element('td', parameter.name), element('td', parameter.in), element('td', parameter.description ?? ''));
      table.append(row);
    }
    body.append(element('h3', 'Parameters'), table);
  }
  const request = schemaBlock(specification, described.requestBody?.content);
  if (request) body.append(element('h3', 'Body'), request);
  for (const [status, response] of Object.entries(described.responses ?? {})) {
    body.append(element('h3', `${status} ${response.description ?? ''}`));
    const answer = schemaBlock(specification, response.content);
    if (answer) body.append(answer);
  }
  details.append(summary, body);
  return details;
}

async function show() {
  const service = services.includes(location.hash.slice(1)) ? location.hash.slice(1) : services[0];
  for (const link of nav.children) {
    if (link.textContent === service) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (!service) return main.replaceChildren(element('p', 'There are no documents.'));
  const response = await fetch(`/api/openapi/${encodeURIComponent(service)}.json`);
  if (!response.ok) return main.replaceChildren(element('p', `The document could not be read (${response.status}).`));
  const specification = await response.json();
  const operations = Object.entries(specification.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, described]) => described && described.responses)
      .map(([method, described]) => operation(specification, path, method, described)),
  );
  return main.replaceChildren(...operations);
}

for (const service of services) {
  const link = element('a', service);
  link.href = `#${service}`;
  nav.append(link);
}
addEventListener('hashchange', show);
show();
