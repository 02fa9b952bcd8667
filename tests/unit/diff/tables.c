/*
 * Imports a text as a table without a repository.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "tests/unit/diff/tables.h"

void vv_tables_init(vv_tables *t)
{
	vv_error err;
	vv_assert_ok(vv_mem_sink_new(&t->mem, NULL, vv_test_dir(), &err), &err);
	vv_mem_sink_use(&t->sink, t->mem);
}

void vv_tables_clear(vv_tables *t)
{
	vv_mem_sink_free(t->mem);
}

void vv_tables_open(vv_tables *t, vv_table *out, const char *text, size_t len,
		    const vv_tables_options *opts)
{
	static const char *const none[] = {NULL};
	static const vv_tables_options nothing = {0};
	const vv_tables_options *o = opts ? opts : &nothing;
	vv_import_options io = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 7, .temp_dir = vv_test_dir()};
	vv_import_result r;
	vv_source source;
	vv_mem_source storage;
	vv_error err;
	io.schema = o->schema;
	io.schema_len = o->schema ? strlen(o->schema) : 0;
	io.key = o->key ? o->key : none;
	io.key_source = o->key ? VV_KEY_DECLARED : VV_KEY_NONE;
	io.parent = o->parent ? &o->parent->root : NULL;
	io.hints.has_form = true;
	io.hints.form = o->ndjson ? VV_FORM_NDJSON : VV_FORM_CSV;
	io.hints.delimiter = ',';
	io.hints.header = 1;
	vv_source_mem(&source, &storage, text, len, "t.csv");
	vv_assert_ok(vv_import(&r, &source, &t->sink, &io, &err), &err);
	vv_assert_ok(vv_table_open(out, &t->sink, &r.cid, &err), &err);
	vv_import_result_clear(&r);
}
