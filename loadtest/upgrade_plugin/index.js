'use strict';
// A back-end plugin that keeps notes; its version is that of the package.json beside it.
const path = require('node:path');
const VERSION = require('./package.json').version;

const ref = id => ({
  $$type: '@backstage/ServiceRef',
  id,
  scope: 'plugin',
  multiton: false,
  T: null,
  toString: () => `serviceRef{${id}}`,
});

async function body(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return JSON.parse(text || '{}');
}

async function init({ database, router }) {
  const db = await database.getClient();
  await db.migrate.latest({ directory: path.join(__dirname, 'migrations') });
  router.use(async (req, res, next) => {
    try {
      if (req.path === '/version') {
        res.json({ version: VERSION });
      } else if (req.path === '/ids') {
        res.json(await db('notes').pluck('id'));
      } else {
        const { text } = await body(req);
        const [row] = await db('notes').insert({ text }).returning('id');
        res.status(201).json({ id: row.id ?? row, version: VERSION });
      }
    } catch (error) {
      next(error);
    }
  });
}

module.exports = {
  $$type: '@backstage/BackendFeature',
  version: 'v1',
  featureType: 'registrations',
  getRegistrations: () => [
    {
      type: 'plugin',
      pluginId: 'notes',
      extensionPoints: [],
      init: {
        deps: { database: ref('core.database'), router: ref('core.httpRouter') },
        func: init,
      },
    },
  ],
};
