exports.up = db =>
  db.schema.createTable('notes', table => {
    table.increments('id');
    table.text('text');
  });
exports.down = db => db.schema.dropTable('notes');
