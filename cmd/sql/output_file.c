/*
 * output_file: which format a name requires, and when a file is replaced.
 */
#include "cmd/sql/output_file.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/rows.h"

vv_status vv_sql_output_begin(vv_sql_output *o, const char *path, vv_error *err)
{
	struct stat st;

	vv_new_file_clear(&o->made);
	vv_buf_reset(&o->path);
	vv_buf_puts(&o->path, path);
	vv_status rc = vv_buf_ok(&o->path, err);
	if (rc < 0 || !*path || (stat(path, &st) == 0 && !S_ISREG(st.st_mode))) return rc;
	rc = vv_new_file_beside(&o->made, vv_buf_cstr(&o->path), ".varve-out-", err);
	if (rc < 0) {
		vv_buf_reset(&o->path);
	}
	return rc;
}

const char *vv_sql_output_file(vv_sql_output *o)
{
	return o->made.temp ? o->made.temp : vv_buf_cstr(&o->path);
}

vv_status vv_sql_output_place(vv_sql_output *o, vv_error *err)
{
	vv_status rc;

	if (!o->made.temp) return VV_OK;
	if ((rc = vv_new_file_end(&o->made, true, err)) < 0) return rc;
	return vv_new_file_place(&o->made, vv_buf_cstr(&o->path), err);
}

void vv_sql_output_clear(vv_sql_output *o)
{
	vv_new_file_clear(&o->made);
	vv_buf_clear(&o->path);
}

const char *vv_sql_output_format(const char *path)
{
	static const char *const endings[][2] = {
		{"csv", "csv"},       {"tsv", "tsv"},     {"json", "json"}, {"jsonl", "ndjson"},
		{"ndjson", "ndjson"}, {"arrow", "arrow"}, {"txt", "table"}};

	vv_array_each(endings, sizeof(endings) / sizeof(endings[0]), it) {
		if (vv_ascii_equal(vv_path_ext(path), (*it)[0])) return (*it)[1];
	}
	return NULL;
}

/* Names of documents, which other programs expect to have another content. */
static int refuse_document(const char *path)
{
	const char *const ending = vv_path_ext(path);
	vv_auto(char) *csv = vv_asprintf("%.*scsv", (int)(strlen(path) - strlen(ending)), path);

	const char *const made = vv_text_word(csv ? csv : path);

	return vv_usage_error(
		"sql does not write .%s files: write '-o %s', and then run 'varve convert %s %s'",
		vv_text_shows(ending), made, made, vv_text_word(path));
}

int vv_sql_output_check(const char *path, const char *format)
{
	if (!path || strcmp(path, "-") == 0) return VV_EXIT_OK;
	if (vv_choices_have(VV_ROWS_FORMATS, path)) {
		return vv_usage_error(
			"'%s' is a format: --format %s; for a file of this name: -o ./%s", path,
			path, path);
	}
	if (vv_ascii_equal(vv_path_ext(path), "parquet") ||
	    vv_ascii_equal(vv_path_ext(path), "xlsx")) {
		return refuse_document(path);
	}
	return format || vv_sql_output_format(path)
		       ? VV_EXIT_OK
		       : vv_usage_error(
				 "'%s' does not end as a format (.csv); choose one with --format",
				 vv_text_shows(path));
}
