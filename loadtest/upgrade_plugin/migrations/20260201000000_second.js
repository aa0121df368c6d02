exports.up = db =>
  db.schema.alterTable('notes', table => {
    table.text('tag').notNullable().defaultTo('none');
  });
exports.down = db => db.schema.alterTable('notes', table => table.dropColumn('tag'));
