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
	vv_auto(char) *folder = NULL;

	*out = (vv_out_file){.path = path, .fd = -1, .standard = strcmp(path, "-") == 0};
	if (out->standard) {
		vv_data_out_init(&out->data, false);
		return VV_OK;
	}
	if (!force && vv_exists(path)) {
		vv_fail(err, VV_EEXISTS, "there is '%s' already", vv_text_shows(path));
		return vv_hint(err, "-f overwrites it");
	}
	if (!(folder = vv_path_dir(path))) return vv_fail_nomem(err);
	vv_temp_sweep(folder, TEMP);
	out->fd = vv_temp_open(&out->temp, folder, TEMP, err);
	return out->fd < 0 ? (vv_status)out->fd : VV_OK;
}

vv_status vv_out_file_put(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_out_file *out = payload;

	return out->standard ? vv_data_out_put(&out->data, bytes, len, err)
			     : vv_write_full(out->fd, bytes, len, out->temp, err);
}

vv_status vv_out_file_end(vv_out_file *out, vv_error *err)
{
	vv_status rc;
	int fd = out->fd;

	if (out->standard) return vv_data_out_end(&out->data, err);
	out->fd = -1;
	rc = vv_fsync(fd, out->temp, err);
	const vv_status closed = vv_close(fd, out->temp, rc < 0 ? VV_IGNORED : err);
	if ((rc = rc < 0 ? rc : closed) == VV_OK &&
	    (rc = vv_rename(out->temp, out->path, err)) == VV_OK) {
		vv_auto(char) *folder = vv_path_dir(out->path);
		vv_free(out->temp);
		out->temp = NULL;
		rc = folder ? vv_fsync_dir(folder, err) : vv_fail_nomem(err);
	}
	return rc;
}

void vv_out_file_clear(vv_out_file *out)
{
	if (out->fd >= 0) {
		vv_close(out->fd, NULL, NULL);
	}
	if (out->temp) {
		vv_unlink(out->temp, true, NULL);
	}
	vv_free(out->temp);
	vv_data_out_clear(&out->data);
}
