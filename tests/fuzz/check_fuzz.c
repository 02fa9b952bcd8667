/*
 * Input: a Table Schema, a line "---", the text of a file. The file is read on after its
 * faults; as a table it is checked against the schema: a second time with what the first
 * remembered, and a third with that damaged in one byte (the last byte of the input says
 * where) under a hash that holds. The first two must agree, the third must end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "check/rules/check.h"
#include "dataset/read/sniff.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static vv_status hash_finding(void *payload, const vv_finding *f, vv_error *err)
{
	uint64_t *sum = payload, part;

	(void)err;
	part = vv_xxh3(f->rule, strlen(f->rule), f->line * 31 + f->row);
	part = vv_xxh3(f->message, strlen(f->message), part);
	if (f->value) {
		part = vv_xxh3(f->value, f->value_len, part);
	}
	if (f->key) {
		part = vv_xxh3(f->key, f->key_len, part);
	}
	*sum += part;
	require(vv_rule_find(f->rule) != NULL && f->severity != VV_SEVERITY_OFF);
	return VV_OK;
}

static vv_status check(vv_table *t, const char *schema, size_t schema_len, vv_check_cache *cache,
		       uint64_t *sum, uint64_t *errors)
{
	vv_check_options o = {.schema = schema,
			      .schema_len = schema_len,
			      .schema_name = "schema",
			      .path = "t",
			      .finding = hash_finding,
			      .payload = sum,
			      .cache = cache};
	vv_check_result r;
	vv_error err;
	vv_status rc;

	*sum = 0;
	rc = vv_check_table(&r, t, &o, &err);
	if (rc == VV_OK) {
		*errors = r.errors;
		vv_check_result_clear(&r);
	}
	return rc;
}

/* The saved result with one changed byte, and a correct hash of it. */
static void check_damaged(vv_table *t, const char *schema, size_t schema_len, const char *file,
			  size_t where)
{
	vv_buf b = VV_BUF_INIT;
	vv_check_cache *c;
	uint64_t sum, errors;
	vv_error err;

	if (vv_read_file(&b, file, 1u << 24, &err) == VV_OK && b.len > 80) {
		size_t at = 80 + where * 7 % (b.len - 80);
		char *path = NULL;

		if (at < b.len - 8) {
			b.data[at] = (char)(b.data[at] ^ (1 << where % 8));
		}
		vv_put_le64((uint8_t *)b.data + b.len - 8, vv_xxh3(b.data, b.len - 8, 0));
		path = vv_strdup(file);
		require(path && vv_write_file(path, b.data, b.len, false, &err) == VV_OK);
		require(vv_check_cache_open(&c, NULL, &err) == VV_OK);
		if (vv_check_cache_trust(c, path, &err) == VV_OK) {
			(void)check(t, schema, schema_len, c, &sum, &errors);
		}
		vv_check_cache_close(c);
		vv_free(path);
	}
	vv_buf_clear(&b);
}

static void check_as_table(const char *schema, size_t schema_len, const char *text, size_t len,
			   size_t where)
{
	static const char *const no_key[] = {NULL};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .key = no_key};
	uint64_t first, second, errors = 0, errors_again = 0;
	vv_import_result r;
	vv_mem_source storage;
	vv_mem_sink *mem;
	vv_source source;
	vv_check_cache *cache;
	vv_table t;
	vv_sink sink;
	vv_error err;

	require(vv_mem_sink_new(&mem, NULL, NULL, &err) == VV_OK);
	vv_mem_sink_use(&sink, mem);
	vv_source_mem(&source, &storage, text, len, "t");
	if (vv_import(&r, &source, &sink, &o, &err) == VV_OK) {
		if (r.root.kind == VV_KIND_TABLE &&
		    vv_table_open(&t, &sink, &r.cid, &err) == VV_OK) {
			const char *file = vv_fuzz_file(text, 0);

			require(vv_check_cache_open(&cache, NULL, &err) == VV_OK);
			require(check(&t, schema, schema_len, cache, &first, &errors) == VV_OK);
			require(check(&t, schema, schema_len, cache, &second, &errors_again) ==
				VV_OK);
			require(first == second && errors == errors_again);
			require(vv_check_cache_save(cache, file, &err) == VV_OK);
			vv_check_cache_close(cache);
			check_damaged(&t, schema, schema_len, file, where);
			vv_table_close(&t);
		}
		vv_import_result_clear(&r);
	}
	vv_mem_sink_free(mem);
}

static void check_as_file(const char *text, size_t len)
{
	vv_sniff_hints hints = VV_SNIFF_HINTS_INIT;
	uint64_t sum = 0;
	vv_check_options o = {.path = "t", .finding = hash_finding, .payload = &sum};
	vv_mem_source storage;
	vv_check_result r;
	vv_source source;
	vv_error err;

	vv_source_mem(&source, &storage, text, len, "t");
	if (vv_check_file(&r, &source, &hints, &o, &err) == VV_OK) {
		vv_check_result_clear(&r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t at = 0;

	if (size < 5 || size > 20000) return 0;
	while (at + 5 <= size && memcmp(text + at, "\n---\n", 5) != 0) {
		at++;
	}
	if (at + 5 > size) {
		check_as_file(text, size);
		return 0;
	}
	check_as_file(text + at + 5, size - at - 5);
	check_as_table(text, at, text + at + 5, size - at - 5, data[size - 1]);
	return 0;
}
