/*
 * out_file: the temporary file beside the one that is written.
 */
#include "cmd/varve/out_file.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

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
