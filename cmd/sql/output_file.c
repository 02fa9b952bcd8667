/*
 * output_file: which format a name requires, and when a file is replaced.
 */
#include "cmd/sql/output_file.h"

#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/rows.h"
#include "lib/view/format_ending.h"

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
	const char *format = vv_format_ending(path);

	if (format && strcmp(format, "text") == 0) return "table";
	return format && vv_choices_have(VV_ROWS_FORMATS, format) ? format : NULL;
}

/* Names of documents, which other programs expect to have another content. */
static int refuse_document(const char *path)
{
	const char *const ending = vv_path_ext(path);
	const bool converts = vv_choices_have("parquet|xlsx", vv_format_ending(path));
	vv_auto(char) *csv = vv_asprintf("%.*scsv", (int)(strlen(path) - strlen(ending)), path);
	vv_auto(vv_buf) then = VV_BUF_INIT;

	const char *const made = vv_text_word(csv ? csv : path);

	if (converts) {
		vv_buf_printf(&then, ", and then run 'varve convert %s %s'", made,
			      vv_text_word(path));
	}
	return vv_usage_error("sql does not write .%s files: write '-o %s'%s",
			      vv_text_shows(ending), made, vv_buf_cstr(&then));
}

int vv_sql_output_check(const char *path, const char *format)
{
	if (!path || strcmp(path, "-") == 0) return VV_EXIT_OK;
	if (vv_choices_have(VV_ROWS_FORMATS, path)) {
		return vv_usage_error(
			"'%s' is a format: --format %s; for a file of this name: -o ./%s", path,
			path, path);
	}
	if (vv_format_ending_is_document(path)) return refuse_document(path);
	return format || vv_sql_output_format(path)
		       ? VV_EXIT_OK
		       : vv_usage_error(
				 "'%s' does not end as a format (.csv); choose one with --format",
				 vv_text_shows(path));
}
