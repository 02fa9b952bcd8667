/*
 * out_file: the temporary file beside the one that is written.
 */
#include "cmd/varve/out_file.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"

#define TEMP ".varve-out-"

vv_status vv_out_file_open(vv_out_file *out, const char *path, bool force, vv_error *err)
{
	*out = (vv_out_file){.path = path, .standard = strcmp(path, "-") == 0};
	if (out->standard) {
		vv_data_out_init(&out->data, false);
		return VV_OK;
	}
	if (!force && vv_exists(path)) {
		return vv_fail(err, VV_EEXISTS, "'%s' already exists\n-f overwrites it",
			       vv_text_shows(path));
	}
	return vv_new_file_beside(&out->file, path, TEMP, err);
}

/* Names whose programs refuse any other content. */
static const char *const documents[] = {
	"xlsx", "xlsm", "xlsb",    "xltx",    "xltm", "xlam", "xls", "ods",    "docx", "pdf",
	"html", "htm",  "parquet", "feather", "db",   "gpkg", "dta", "sqlite", "sav",  "por"};

int vv_out_file_format(const char **format, const char *path, const char *const *written)
{
	const char *ext = path ? vv_path_ext(path) : "";

	vv_array_each(documents, sizeof(documents) / sizeof(documents[0]), name) {
		if (!vv_ascii_equal(ext, *name)) {
			continue;
		}
		if (!vv_texts_have(written, *name, strlen(*name))) {
			return vv_usage_error("'%s': no .%s file can be written here%s",
					      vv_text_shows(path), *name,
					      "; FILE.xlsx is a workbook");
		}
		if (*format && strcmp(*format, *name) != 0) {
			return vv_usage_error(
				"'%s' is the name of a file of the format %s, not %s; omit --format, or choose another name",
				vv_text_shows(path), *name, *format);
		}
		*format = *name;
	}
	return VV_EXIT_OK;
}

vv_status vv_out_file_put(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_out_file *out = payload;

	return out->standard ? vv_data_out_put(&out->data, bytes, len, err)
			     : vv_new_file_put(&out->file, bytes, len, err);
}

vv_status vv_out_file_end(vv_out_file *out, vv_error *err)
{
	vv_status rc;

	if (out->standard) return vv_data_out_end(&out->data, err);
	if ((rc = vv_new_file_end(&out->file, true, err)) < 0 ||
	    (rc = vv_new_file_place(&out->file, out->path, err)) < 0) {
		return rc;
	}
	vv_auto(char) *folder = vv_path_dir(out->path);
	return folder ? vv_fsync_dir(folder, err) : vv_fail_nomem(err);
}

void vv_out_file_clear(vv_out_file *out)
{
	vv_new_file_clear(&out->file);
	vv_data_out_clear(&out->data);
}
